/**
 * The shop's pages and forms, as a browser with a cookie uses them.
 *
 * @module
 */
import { judgeCart } from './basket.ts'
import { learnOrder, shipping } from './checkout.ts'
import type { Ask } from './edges.ts'
import type { CartLine } from './ownCart.ts'
import { anyBook, remember, type Session } from './session.ts'
import type { Shopper } from './shopper.ts'

/** Sends a form; where a taken one leads to. */
async function send(
  shopper: Shopper,
  path: string,
  form: NonNullable<Ask['form']>,
  options: Parameters<Shopper['ask']>[1] = {},
): Promise<string | undefined> {
  const answer = await shopper.ask(
    { method: 'POST', path, form, headers: { accept: 'text/html' } },
    { expect: [303], domainWrite: true, ...options },
  )
  const to = answer?.headers.location
  return typeof to === 'string' ? to : undefined
}

const look = (shopper: Shopper, path: string) =>
  shopper.ask({ method: 'GET', path, headers: { accept: 'text/html' } })

const idIn = (location: string | undefined): number => Number(/\/(\d+)$/.exec(location ?? '')?.[1])

/** A page that shows nothing of one's own. */
export async function browse(session: Session): Promise<void> {
  const { shopper } = session
  const { random } = shopper.ports
  await look(
    shopper,
    random.pick(['/', `/books/${anyBook(session)}`, '/search?q=night', '/orders', '/support']),
  )
}

export async function fillCartByForm(session: Session): Promise<void> {
  const { shopper, cart } = session
  const line: CartLine = { bookId: session.book.id, quantity: 1 }
  const form = { book_id: String(line.bookId), quantity: String(line.quantity) }
  const to = await send(shopper, '/cart/items', form)
  cart.add(line, to !== undefined)
  await readCartPage(session)
}

export async function readCartPage({ shopper, cart }: Session): Promise<void> {
  shopper.ports.tally.ownRead('storefront')
  const answer = await look(shopper, '/cart')
  if (answer !== undefined) judgeCart(shopper, cart, linesOf(answer.body), 'page')
}

/** Lines of a page's cart: elements with `data-book-id` and `data-quantity`. */
export function linesOf(html: string): readonly CartLine[] {
  return [...html.matchAll(/<[a-z][^>]*\sdata-quantity="(\d+)"[^>]*>/g)].flatMap(
    ([tag, quantity]) => {
      const bookId = /\sdata-book-id="(\d+)"/.exec(tag)?.[1]
      return bookId === undefined ? [] : [{ bookId: Number(bookId), quantity: Number(quantity) }]
    },
  )
}

/** Checks out by the form, and looks at the order's page. */
export async function buyByForm(session: Session): Promise<void> {
  const { shopper, cart, book } = session
  const { ledger, tally } = shopper.ports
  if (cart.lines === undefined || cart.lines.length === 0) return fillCartByForm(session)
  const reference = shopper.reference('order')
  const own = cart.lines.find(({ bookId }) => bookId === book.id)?.quantity ?? 0
  const lines = cart.lines.length
  const write = ledger.open({ reference, kind: 'order', lines, at: tally.now() })
  const answer = await shopper.ask(
    {
      method: 'POST',
      path: '/checkout',
      form: { ...shipping, reference, method: 'express', payment: 'card' },
      headers: { accept: 'text/html' },
    },
    { expect: [303, 409], domainWrite: true, write },
  )
  learnOrder(session, { answer, write, own })
  if (answer?.status !== 303) return
  const id = idIn(String(answer.headers.location))
  remember(session.orders, { id, reference })
  tally.ownRead('storefront')
  const page = await look(shopper, `/orders/${id}`)
  if (page !== undefined && !page.body.includes(`data-reference="${reference}"`)) {
    tally.stale(`${shopper.name}: the page of order ${id} lacks ${reference}`, 'storefront')
  }
}

export async function changeAccountByForm(session: Session): Promise<void> {
  const { shopper, account } = session
  const street = shopper.reference('street')
  const form = { name: 'Zoë Straße', street, city: '東京', postcode: '110111', country: 'JP' }
  const to = await send(shopper, '/account', { ...form, newsletter: 'Y' })
  if (to === undefined) return account.street.maybe(street)
  account.street.become(street)
  await readAccountPage(session)
}

export async function readAccountPage({ shopper, account }: Session): Promise<void> {
  const { tally } = shopper.ports
  tally.ownRead('storefront')
  const answer = await look(shopper, '/account')
  if (answer === undefined) return
  const seen = /<input[^>]*name="street"[^>]*>/.exec(answer.body)?.[0] ?? ''
  const street = /\svalue="([^"]*)"/.exec(seen)?.[1] ?? ''
  // What was seeded is escaped in its own ways; only our own words are compared.
  if (
    account.street.values.every((value) => value.startsWith('street-')) &&
    !account.street.allows(street)
  ) {
    tally.stale(
      `${shopper.name}: account page says ${street}, wrote ${account.street}`,
      'storefront',
    )
  }
}

export async function openTicketByForm(session: Session): Promise<void> {
  const { shopper, tickets } = session
  const { ledger, tally } = shopper.ports
  const subject = shopper.reference('ticket')
  const write = ledger.open({ reference: subject, kind: 'ticket', at: tally.now() })
  const form = { subject, body: 'Please help.', order_id: '' }
  const to = await send(shopper, '/support', form, { write })
  if (to !== undefined) remember(tickets, { id: idIn(to), words: [subject] })
}

export async function writeMessageByForm(session: Session): Promise<void> {
  const { shopper, tickets } = session
  const { ledger, tally } = shopper.ports
  const ticket = tickets.at(-1)
  if (ticket === undefined) return openTicketByForm(session)
  const body = shopper.reference('message')
  const write = ledger.open({ reference: body, kind: 'message', at: tally.now() })
  const to = await send(shopper, `/support/${ticket.id}/messages`, { body }, { write })
  if (to !== undefined) ticket.words.push(body)
  await readTicketPage(session)
}

export async function readTicketPage({ shopper, tickets }: Session): Promise<void> {
  const { tally } = shopper.ports
  const ticket = tickets.at(-1)
  if (ticket === undefined) return
  tally.ownRead('storefront')
  const answer = await look(shopper, `/support/${ticket.id}`)
  const missing = ticket.words.filter((words) => answer?.body.includes(words) === false)
  if (missing.length > 0) {
    tally.stale(
      `${shopper.name}: page of ticket ${ticket.id} lacks ${missing.join(', ')}`,
      'storefront',
    )
  }
}
