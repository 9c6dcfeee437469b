/** /api/cart. */
import { Router } from 'express'
import { mustBeLoggedIn, type Shop } from '../context.ts'
import { bodyOf, pathId } from '../input.ts'
import { addToCart, cartOf, emptyCart, removeFromCart, setInCart } from './cart.ts'

export function cartRoutes({ db }: Shop): Router {
  const router = Router()
  router.get('/cart', async (_req, res) => {
    res.json(await cartOf(db, mustBeLoggedIn(res).id))
  })
  router.delete('/cart', async (_req, res) => {
    res.json(await emptyCart(db, mustBeLoggedIn(res).id))
  })
  router.post('/cart/items', async (req, res) => {
    res.status(201).json(await addToCart(db, mustBeLoggedIn(res).id, bodyOf(req.body)))
  })
  router.put('/cart/items/:book', async (req, res) => {
    const user = mustBeLoggedIn(res)
    res.json(await setInCart(db, user.id, pathId(req.params.book, 'book'), bodyOf(req.body)))
  })
  router.delete('/cart/items/:book', async (req, res) => {
    const user = mustBeLoggedIn(res)
    res.json(await removeFromCart(db, user.id, pathId(req.params.book, 'book')))
  })
  return router
}
