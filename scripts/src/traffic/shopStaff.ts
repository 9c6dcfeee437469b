/**
 * What the staff of the whole shop do: the catalogue, orders, and the questions of customers.
 *
 * @module
 */
import { readSession } from './account.ts'
import { answerTicket } from './cases.ts'
import { buyOwn } from './checkout.ts'
import { readOwnBook } from './ownBook.ts'
import { moveOrderOn } from './ownOrders.ts'
import type { Session } from './session.ts'
import type { Mix } from './shopCustomer.ts'
import { json } from './shopper.ts'
import {
  adjustStock,
  type Clerk,
  changePrice,
  createBook,
  removeBook,
  removeOrderedBook,
} from './staff.ts'

/** A clerk has books besides the session. */
export type ShopClerk = Session & Pick<Clerk, 'spare'>

/** Payments that customers have yet to send: never fewer than this are open. */
const keepOpen = 30

async function answerSomebody(session: Session): Promise<void> {
  const { shopper } = session
  const answer = await shopper.ask({ method: 'GET', path: '/api/tickets' })
  if (answer === undefined) return
  const { items = [] } = json(answer) as { items?: readonly { id?: unknown }[] }
  if (items.length === 0) return
  await answerTicket(session, Number(shopper.ports.random.pick(items).id))
}

export const clerkMix = (clerk: ShopClerk): Mix => [
  [28, () => changePrice(clerk)],
  [12, () => adjustStock(clerk)],
  [7, () => createBook(clerk)],
  [5, () => (clerk.spare.length > 4 ? removeBook(clerk) : createBook(clerk))],
  [3, () => removeOrderedBook(clerk)],
  [22, (session) => moveOrderOn(session, keepOpen)],
  [10, answerSomebody],
  [5, buyOwn],
  [5, ({ shopper, book }) => readOwnBook(shopper, book)],
  [3, ({ shopper, account }) => readSession(shopper, account)],
]
