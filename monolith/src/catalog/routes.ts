/** /api: books, categories, stock, prices, reservations. */
import { Router } from 'express'
import { mustHaveRole, queryText, type Shop } from '../context.ts'
import { notFound } from '../errors.ts'
import { bodyOf, pathId } from '../input.ts'
import { findBook, findStock, priceHistory, showBook } from './book.ts'
import { adjustStock, changeBook, changePrice, createBook, deleteBook } from './books.ts'
import {
  allCategories,
  categoryTree,
  changeCategory,
  createCategory,
  deleteCategory,
  withDescendants,
} from './categories.ts'
import { type ListPage, listBooks, listQuery } from './listing.ts'
import { reservationsIn } from './reservations.ts'

export function catalogRoutes(shop: Shop): Router {
  const { db, showTime } = shop
  const router = Router()
  const showPage = (page: ListPage) => ({
    items: page.rows.map((row) => showBook(row, showTime)),
    page: page.page,
    per_page: page.perPage,
    total: page.total,
  })

  router.get('/books', async (req, res) => {
    const list = listQuery((name) => queryText(req, name))
    const slug = queryText(req, 'category')
    const categories = slug === '' ? null : (withDescendants(await allCategories(db), slug) ?? [])
    res.json(showPage(await listBooks(db, list, categories)))
  })
  router.get('/books/:id', async (req, res) => {
    res.json(showBook(await findBook(db, pathId(req.params.id, 'book')), showTime))
  })
  router.get('/books/:id/stock', async (req, res) => {
    res.json(await findStock(db, pathId(req.params.id, 'book')))
  })
  router.get('/books/:id/prices', async (req, res) => {
    res.json(await priceHistory(db, pathId(req.params.id, 'book'), showTime))
  })
  router.get('/categories', async (req, res) => {
    res.json({ items: categoryTree(await allCategories(db), queryText(req, 'all') === '1') })
  })
  router.get('/categories/:slug/books', async (req, res) => {
    const list = listQuery((name) => queryText(req, name))
    const categories = withDescendants(await allCategories(db), req.params.slug)
    if (!categories) throw notFound('category')
    res.json(showPage(await listBooks(db, list, categories)))
  })

  router.post('/books', async (req, res) => {
    mustHaveRole(res, 'staff')
    const { created, book } = await createBook(db, bodyOf(req.body))
    res.status(created ? 201 : 200).json(showBook(book, showTime))
  })
  router.patch('/books/:id', async (req, res) => {
    mustHaveRole(res, 'staff')
    const book = await changeBook(db, pathId(req.params.id, 'book'), bodyOf(req.body))
    res.json(showBook(book, showTime))
  })
  router.put('/books/:id/price', async (req, res) => {
    const user = mustHaveRole(res, 'staff')
    const id = pathId(req.params.id, 'book')
    res.json(showBook(await changePrice(db, id, bodyOf(req.body), user.id), showTime))
  })
  router.post('/books/:id/stock', async (req, res) => {
    mustHaveRole(res, 'staff')
    res.json(await adjustStock(db, pathId(req.params.id, 'book'), bodyOf(req.body)))
  })
  router.delete('/books/:id', async (req, res) => {
    mustHaveRole(res, 'staff')
    await deleteBook(db, pathId(req.params.id, 'book'))
    res.status(204).end()
  })
  router.post('/categories', async (req, res) => {
    mustHaveRole(res, 'staff')
    res.status(201).json(await createCategory(db, bodyOf(req.body)))
  })
  router.patch('/categories/:id', async (req, res) => {
    mustHaveRole(res, 'staff')
    const id = pathId(req.params.id, 'category')
    res.json(await changeCategory(db, id, bodyOf(req.body)))
  })
  router.delete('/categories/:id', async (req, res) => {
    mustHaveRole(res, 'staff')
    await deleteCategory(db, pathId(req.params.id, 'category'))
    res.status(204).end()
  })

  const reservations = reservationsIn(db, showTime)
  router.post('/catalog/reservations', async (req, res) => {
    mustHaveRole(res, 'system', 'staff')
    const { created, reservation } = await reservations.reserve(bodyOf(req.body))
    res.status(created ? 201 : 200).json(reservation)
  })
  router.post('/catalog/reservations/:ref/confirm', async (req, res) => {
    mustHaveRole(res, 'system', 'staff')
    res.json(await reservations.confirm(req.params.ref))
  })
  router.post('/catalog/reservations/:ref/cancel', async (req, res) => {
    mustHaveRole(res, 'system', 'staff')
    res.json(await reservations.cancel(req.params.ref))
  })
  router.get('/catalog/reservations/:ref', async (req, res) => {
    mustHaveRole(res, 'system', 'staff')
    res.json(await reservations.find(req.params.ref))
  })
  return router
}
