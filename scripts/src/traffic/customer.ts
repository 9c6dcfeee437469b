/**
 * What a customer does, one action at a time: browse, search, buy, ask for help, log in again.
 *
 * @module
 */
import { type OwnBook, readOwnBook, readOwnPage } from './ownBook.ts'
import { buyOwnBook, clearCart, fillCart } from './purchase.ts'
import type { Shopper } from './shopper.ts'

export interface Customer {
  readonly shopper: Shopper
  readonly email: string
  readonly password: string
  readonly book: OwnBook
  /** Highest seeded book id; the popular ones are the first hundred. */
  readonly books: number
}

const words = [
  '静かな',
  'love',
  'night',
  'história',
  'the',
  'garden',
  'war',
  'Ocean',
  'мир',
  'house',
]

/** Does one thing and returns when it is answered. */
export async function actAsCustomer(customer: Customer): Promise<void> {
  const { shopper, book, books } = customer
  const { random } = shopper.ports
  const anyBook = (): number => 1 + random.below(books)
  const roll = random.below(100)
  const get = (path: string): Promise<unknown> =>
    shopper.ask({ method: 'GET', path }, { expect: [200, 404] })
  if (roll < 12) await get(`/api/books?page=${1 + random.below(20)}&per_page=20`)
  else if (roll < 42) await get(`/api/books/${anyBook()}`)
  else if (roll < 45) await get('/')
  else if (roll < 49) await get(`/books/${anyBook()}`)
  else if (roll < 53)
    await get(`/api/books?q=${encodeURIComponent(random.pick(words))}&per_page=10`)
  else if (roll < 57) await get('/api/categories')
  else if (roll < 60) await get('/cart')
  else if (roll < 64) await get('/api/orders')
  else if (roll < 78) await readOwnBook(shopper, book)
  else if (roll < 86) await readOwnPage(shopper, book)
  else if (roll < 88) await fillCart(shopper, book.id, 1).then(() => clearCart(shopper))
  else if (roll < 96) await buyAndLook(customer, roll < 91 ? 1 + random.below(100) : undefined)
  else if (roll < 99) await openTicket(shopper)
  else await logInAgain(customer)
}

async function buyAndLook(customer: Customer, extra: number | undefined): Promise<void> {
  await buyOwnBook(customer.shopper, customer.book, extra)
  if (customer.shopper.ports.random.below(2) === 0) {
    await readOwnPage(customer.shopper, customer.book)
  } else {
    await readOwnBook(customer.shopper, customer.book)
  }
}

async function openTicket(shopper: Shopper): Promise<void> {
  const { ledger, tally } = shopper.ports
  const reference = shopper.reference('ticket')
  const write = ledger.open({ reference, kind: 'ticket', at: tally.now() })
  await shopper.ask(
    {
      method: 'POST',
      path: '/api/tickets',
      json: { subject: reference, body: 'Where is my parcel? ¿Dónde está mi paquete?' },
    },
    { expect: [201], write },
  )
}

async function logInAgain(customer: Customer): Promise<void> {
  await customer.shopper.logout()
  await customer.shopper.login(customer.email, customer.password)
}
