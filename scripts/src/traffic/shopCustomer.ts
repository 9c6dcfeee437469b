/**
 * What a customer of the whole shop does, one action at a time.
 *
 * @module
 */
import {
  changePreferences,
  changeProfile,
  readPreferences,
  readProfile,
  readSession,
} from './account.ts'
import { addToCart, changeQuantity, readCart, takeOut } from './basket.ts'
import {
  askReturn,
  complain,
  giveFeedback,
  openTicket,
  readOwnTicket,
  writeMessage,
} from './cases.ts'
import { buyOddly, buyOwn, cards } from './checkout.ts'
import { readOwnBook, readOwnPage } from './ownBook.ts'
import { readOwnOrder } from './ownOrders.ts'
import {
  browse,
  buyByForm,
  changeAccountByForm,
  fillCartByForm,
  openTicketByForm,
  readAccountPage,
  readCartPage,
  readTicketPage,
  writeMessageByForm,
} from './pages.ts'
import type { Random } from './random.ts'
import { anyBook, type Session } from './session.ts'

export type Action = (session: Session) => Promise<unknown>
/** Weight, action. */
export type Mix = readonly (readonly [number, Action])[]

const get =
  (path: (session: Session) => string): Action =>
  (session) =>
    session.shopper.ask({ method: 'GET', path: path(session) }, { expect: [200, 404] })

const words = ['静かな', 'love', 'night', 'história', 'the', 'garden', 'мир', 'house']

const api: Mix = [
  [8, get(({ shopper }) => `/api/books?page=${1 + shopper.ports.random.below(20)}&per_page=20`)],
  [22, get((session) => `/api/books/${anyBook(session)}`)],
  [3, get(({ shopper }) => `/api/books?q=${encodeURIComponent(shopper.ports.random.pick(words))}`)],
  [4, get(() => '/api/categories')],
  [3, get((session) => `/api/books/${anyBook(session)}/stock`)],
  [11, ({ shopper, book }) => readOwnBook(shopper, book)],
  [4, ({ shopper, cart }) => readCart(shopper, cart)],
  [5, readOwnOrder],
  [3, ({ shopper, account }) => readProfile(shopper, account)],
  [2, ({ shopper, account }) => readPreferences(shopper, account)],
  [3, ({ shopper, account }) => readSession(shopper, account)],
  [3, readOwnTicket],
  [5, ({ shopper, account }) => changeProfile(shopper, account)],
  [4, ({ shopper, account }) => changePreferences(shopper, account)],
  [
    4,
    (session) =>
      addToCart(session.shopper, session.cart, { bookId: anyBook(session), quantity: 1 }),
  ],
  [2, ({ shopper, cart }) => changeQuantity(shopper, cart)],
  [1, ({ shopper, cart }) => takeOut(shopper, cart)],
  [7, buyOwn],
  [1, (session) => buyOddly(session, cards.declined)],
  [1.5, (session) => buyOddly(session, cards.calledBack)],
  [0.5, (session) => buyOddly(session, cards.declinedLater)],
  [3, openTicket],
  [4, writeMessage],
  [1, complain],
  [1.5, giveFeedback],
  [1, askReturn],
]

const pages: Mix = [
  [6, browse],
  [5, ({ shopper, book }) => readOwnPage(shopper, book)],
  [2, readCartPage],
  [2, readAccountPage],
  [2, readTicketPage],
  [1.5, changeAccountByForm],
  [1.5, fillCartByForm],
  [1.5, buyByForm],
  [1, openTicketByForm],
  [1, writeMessageByForm],
]

/** Pages want a cookie; programs with tokens use the API alone. */
export const customerMix = (kind: 'cookie' | 'bearer'): Mix =>
  kind === 'cookie' ? [...api, ...pages] : api

export function pickAction(mix: Mix, random: Random): Action {
  const total = mix.reduce((sum, [weight]) => sum + weight, 0)
  let left = random.next() * total
  for (const [weight, action] of mix) {
    left -= weight
    if (left < 0) return action
  }
  throw new TypeError('an empty mix')
}
