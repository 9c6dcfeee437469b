/** Pages that show books, with what other parts of the shop know about them. */
import { Router } from 'express'
import { type BookRow, bookColumns, findBook } from '../catalog/book.ts'
import { allCategories, categoryTree, withDescendants } from '../catalog/categories.ts'
import { type ListQuery, listBooks, listQuery } from '../catalog/listing.ts'
import { queryText, type Shop, userOf } from '../context.ts'
import { notFound } from '../errors.ts'
import { pathId } from '../input.ts'
import { ordersOf } from '../orders/orders.ts'
import { feedbackOf } from '../support/voices.ts'
import type { Render } from './render.ts'

export function catalogPages(shop: Shop, render: Render): Router {
  const { db, showTime } = shop
  const router = Router()

  const books = (where: string, limit: number) =>
    db.query<BookRow>(`SELECT ${bookColumns} FROM books b ${where} ORDER BY b.id DESC LIMIT ?`, [
      limit,
    ])
  const linkTo = (path: string, list: ListQuery) => (page: number) => {
    const query = new URLSearchParams({ page: String(page) })
    if (list.q !== '') query.set('q', list.q)
    if (list.sort !== 'newest') query.set('sort', list.sort)
    return `${path}?${query}`
  }

  router.get('/', async (_req, res) => {
    const user = userOf(res)
    const [featured, newest, orders] = await Promise.all([
      books('WHERE b.is_featured = 1', 10),
      books('', 10),
      user ? ordersOf(db, showTime, user.id, 1) : [],
    ])
    await render(res, 'home', { featured, newest, lastOrder: orders[0] ?? null })
  })
  router.get('/books/:id', async (req, res) => {
    const id = pathId(req.params.id, 'book')
    const book = await findBook(db, id)
    const [categories, feedback] = await Promise.all([allCategories(db), feedbackOf(db, id)])
    const category = categories.find((each) => each.id === book.category_id && each.visible)
    await render(res, 'book', { book, category: category ?? null, feedback })
  })
  router.get('/search', async (req, res) => {
    const list = listQuery((name) => queryText(req, name))
    const { rows, page, perPage, total } = await listBooks(db, list, null)
    const heading = list.q === '' ? 'All books' : `Search: ${list.q}`
    const link = linkTo('/search', list)
    await render(res, 'list', {
      heading,
      books: rows,
      page,
      perPage,
      total,
      link,
      shelves: [],
      q: list.q,
    })
  })
  router.get('/category/:slug', async (req, res) => {
    const categories = await allCategories(db)
    const top = categories.find((each) => each.slug === req.params.slug)
    const ids = withDescendants(categories, req.params.slug)
    if (!top || !ids) throw notFound('category')
    const list = listQuery((name) => (name === 'q' ? '' : queryText(req, name)))
    const { rows, page, perPage, total } = await listBooks(db, list, ids)
    const shelves = categoryTree(categories, false, top.id)
    const link = linkTo(`/category/${top.slug}`, list)
    await render(res, 'list', {
      heading: top.name,
      books: rows,
      page,
      perPage,
      total,
      link,
      shelves,
    })
  })
  return router
}
