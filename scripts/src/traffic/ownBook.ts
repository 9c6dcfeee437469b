/**
 * A book that only one session prices and buys, so that what the session reads back has one right
 * answer. It is read through the API, through the monolith's page and through checkout.
 *
 * @module
 */
import type { Answer } from './edges.ts'
import { Expectation } from './expectation.ts'
import { json, type Shopper } from './shopper.ts'

export interface OwnBook {
  readonly id: number
  readonly price: Expectation
  readonly stock: Expectation
  /** True once an order of it was acknowledged: it can never be deleted again. */
  sold: boolean
}

/** Far above what a run can sell, so that the scheduled job never restocks it. */
export const ownStock = 1_000_000

/** Asks a staff session to create the book. */
export async function createOwnBook(staff: Shopper, owner: string): Promise<OwnBook> {
  const { tally, ledger } = staff.ports
  const reference = staff.reference(`own-${owner}`)
  const write = ledger.open({ reference, kind: 'create', at: tally.now() })
  const answer = await staff.ask(
    {
      method: 'POST',
      path: '/api/books',
      json: {
        title: `The private book of ${owner}`,
        author: 'Matapalo Load',
        price: '10.00',
        stock: ownStock,
        status: 'A',
        reference,
      },
    },
    { expect: [201], write, domainWrite: true },
  )
  if (answer === undefined) {
    const last = tally.summary().failures.at(-1)
    throw new Error(`could not create the private book of ${owner}: ${last?.what}`)
  }
  const id = Number(json(answer).id)
  write.bookId = id
  return {
    id,
    price: new Expectation('10.00'),
    stock: new Expectation(String(ownStock)),
    sold: false,
  }
}

const judge = (
  shopper: Shopper,
  book: OwnBook,
  where: string,
  price: string,
  stock: string,
): void => {
  const { tally } = shopper.ports
  if (!book.price.allows(price)) {
    tally.stale(`${shopper.name}: ${where} of book ${book.id}: price ${price}, wrote ${book.price}`)
  }
  if (!book.stock.allows(stock)) {
    tally.stale(`${shopper.name}: ${where} of book ${book.id}: stock ${stock}, wrote ${book.stock}`)
  }
}

export async function readOwnBook(shopper: Shopper, book: OwnBook): Promise<void> {
  shopper.ports.tally.ownRead('catalog')
  const answer = await shopper.ask({ method: 'GET', path: `/api/books/${book.id}` })
  if (answer === undefined) return
  const { price, stock } = json(answer)
  judge(shopper, book, `API${by(answer)}`, String(price), String(stock))
}

/** Which edge answered, and after how long: whoever looks for a stale read needs both. */
const by = ({ edge, ms }: Answer): string => ` (edge ${edge + 1}, ${Math.round(ms)} ms)`

/** The page is the monolith's, whoever owns the catalogue. */
export async function readOwnPage(shopper: Shopper, book: OwnBook): Promise<void> {
  shopper.ports.tally.ownRead('catalog')
  const answer = await shopper.ask({ method: 'GET', path: `/books/${book.id}` })
  if (answer === undefined) return
  const seen = readPage(answer.body, book.id)
  if (seen === undefined) {
    shopper.ports.tally.failed(`${shopper.name}: page of book ${book.id} shows no price and stock`)
    return
  }
  judge(shopper, book, `page${by(answer)}`, seen.price, seen.stock)
}

/** Finds `data-book-id`, `data-price` and `data-stock` on one element. */
export function readPage(
  html: string,
  bookId: number,
): { readonly price: string; readonly stock: string } | undefined {
  for (const [tag] of html.matchAll(/<[a-z][^>]*data-book-id="\d+"[^>]*>/g)) {
    const attribute = (name: string): string | undefined =>
      tag.match(new RegExp(`data-${name}="([^"]*)"`))?.[1]
    const price = attribute('price')
    const stock = attribute('stock')
    if (attribute('book-id') === String(bookId) && price !== undefined && stock !== undefined) {
      return { price, stock }
    }
  }
  return undefined
}
