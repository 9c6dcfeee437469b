/**
 * What the shop's staff does: prices, stock, new books, deletions, also of ordered books, which the
 * shop must refuse.
 *
 * @module
 */
import { type OwnBook, readOwnBook, readOwnPage } from './ownBook.ts'
import { buyOwnBook } from './purchase.ts'
import { json, type Shopper } from './shopper.ts'

export interface Clerk {
  readonly shopper: Shopper
  readonly book: OwnBook
  /** Books this clerk created and may delete. */
  readonly spare: number[]
}

/** Does one thing and returns when it is answered. */
export async function actAsClerk(clerk: Clerk): Promise<void> {
  const { shopper, book, spare } = clerk
  const { random } = shopper.ports
  const roll = random.below(100)
  if (roll < 46) await changePrice(clerk)
  else if (roll < 62) await adjustStock(clerk)
  else if (roll < 72) await createBook(clerk)
  else if (roll < 78 && spare.length > 4) await removeBook(clerk)
  else if (roll < 82) await removeOrderedBook(clerk)
  else if (roll < 90) await buyOwnBook(shopper, book)
  else if (roll < 95) await readOwnBook(shopper, book)
  else await readOwnPage(shopper, book)
}

/** Changes the price and reads it back at once, through the API or the page. */
export async function changePrice({ shopper, book }: Clerk): Promise<void> {
  const { ledger, tally, random } = shopper.ports
  const reference = shopper.reference('price')
  const price = `${1 + random.below(200)}.${String(random.below(100)).padStart(2, '0')}`
  const write = ledger.open({ reference, kind: 'price', bookId: book.id, price, at: tally.now() })
  const answer = await shopper.ask(
    { method: 'PUT', path: `/api/books/${book.id}/price`, json: { price, reference } },
    { write, domainWrite: true },
  )
  if (answer === undefined) {
    book.price.maybe(price)
    return
  }
  book.price.become(price)
  if (random.below(2) === 0) await readOwnBook(shopper, book)
  else await readOwnPage(shopper, book)
}

export async function adjustStock({ shopper, book }: Clerk): Promise<void> {
  const { ledger, tally, random } = shopper.ports
  const reference = shopper.reference('stock')
  const delta = 1 + random.below(9)
  const write = ledger.open({ reference, kind: 'stock', bookId: book.id, at: tally.now() })
  const answer = await shopper.ask(
    { method: 'POST', path: `/api/books/${book.id}/stock`, json: { delta, reference } },
    { expect: [200, 201], write, domainWrite: true },
  )
  if (answer === undefined) book.stock.maybeAdd(delta)
  else book.stock.add(delta)
}

export async function createBook({ shopper, spare }: Clerk): Promise<void> {
  const { ledger, tally, random } = shopper.ports
  const reference = shopper.reference('create')
  const write = ledger.open({ reference, kind: 'create', at: tally.now() })
  const answer = await shopper.ask(
    {
      method: 'POST',
      path: '/api/books',
      json: {
        title: random.pick(['Ночь', '静かな夜', "L'été à Ñuñoa", 'قصة قصيرة', 'Plain 📚 book']),
        author: 'Matapalo Load',
        price: '7.50',
        stock: 50,
        status: 'A',
        reference,
      },
    },
    { expect: [201], write, domainWrite: true },
  )
  if (answer === undefined) return
  const id = Number(json(answer).id)
  write.bookId = id
  spare.push(id)
}

/** Deletes a book that nobody ordered. */
export async function removeBook({ shopper, spare }: Clerk): Promise<void> {
  const { ledger, tally } = shopper.ports
  const bookId = spare.shift()
  if (bookId === undefined) return
  const reference = shopper.reference('remove')
  const write = ledger.open({ reference, kind: 'remove', bookId, at: tally.now() })
  await shopper.ask(
    { method: 'DELETE', path: `/api/books/${bookId}` },
    { expect: [200, 204], write, domainWrite: true },
  )
}

/** The clerk's own book has been ordered once an order of it was acknowledged: then the answer is 409. */
export async function removeOrderedBook({ shopper, book }: Clerk): Promise<void> {
  if (!book.sold) return
  await shopper.ask({ method: 'DELETE', path: `/api/books/${book.id}` }, { expect: [409] })
}
