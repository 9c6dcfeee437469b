/** The old way: the pages write the tables themselves. */
import { logIn, logOut, sessionCookie } from '../../accounts/routes.ts'
import { changePreferences, changeProfile, checkLogin, register } from '../../accounts/users.ts'
import { addToCart, removeFromCart } from '../../cart/cart.ts'
import { mustBeLoggedIn, type Shop } from '../../context.ts'
import { checkout } from '../../orders/checkout.ts'
import { addMessage, openTicket } from '../../support/tickets.ts'
import { giveFeedback } from '../../support/voices.ts'
import type { PageWrites } from './writes.ts'

export function writesBySql(shop: Shop): PageWrites {
  const { db, showTime } = shop
  return {
    async logIn({ req, res }, fields) {
      await logIn(shop, res, await checkLogin(db, fields), req.get('user-agent'))
    },
    async register({ req, res }, fields) {
      await logIn(shop, res, await register(db, fields), req.get('user-agent'))
    },
    async logOut({ req, res }) {
      await logOut(shop, res, req.cookies?.[sessionCookie])
    },
    async changeAccount({ res }, profile, newsletter) {
      const { id } = mustBeLoggedIn(res)
      await changeProfile(db, id, profile)
      await changePreferences(db, id, { newsletter })
    },
    async addToCart({ res }, fields) {
      await addToCart(db, mustBeLoggedIn(res).id, fields)
    },
    async removeFromCart({ res }, bookId) {
      await removeFromCart(db, mustBeLoggedIn(res).id, bookId)
    },
    async placeOrder({ res }, body) {
      const { order } = await checkout(shop, mustBeLoggedIn(res).id, body)
      return order.id
    },
    async openTicket({ res }, fields) {
      return (await openTicket(db, mustBeLoggedIn(res), fields)).id
    },
    async addMessage({ res }, ticketId, fields) {
      await addMessage(db, showTime, ticketId, mustBeLoggedIn(res), fields)
    },
    async giveFeedback({ res }, bookId, fields) {
      await giveFeedback(db, mustBeLoggedIn(res), { ...fields, book_id: bookId })
    },
  }
}
