import { expect } from 'chai'
import type { Database } from '../../src/database.ts'
import { type StockWay, setStockWay } from '../../src/settings.ts'
import type { OpenShop } from '../../src/shop.ts'
import {
  customer,
  newBook,
  openTestShop,
  orderBody,
  seededDatabase,
  shelfOf,
} from '../support/shopUnderTest.ts'

const ways: readonly StockWay[] = ['transaction', 'reservations']

describe('checkout', function () {
  this.timeout(60_000)
  let db: Database
  let open: OpenShop
  let port: number
  before(async () => {
    db = await seededDatabase()
    open = await openTestShop()
    port = open.port
  })
  after(async () => {
    await open?.close()
    await db?.close()
  })

  for (const way of ways) {
    describe(`with the stock by ${way}`, () => {
      const ref = (name: string) => `${way}-${name}`
      before(() => setStockWay(db, way))

      it('takes the stock, counts the sale and empties the cart', async () => {
        const book = await newBook(port, 5, '12.30')
        const buyer = await customer(port, 1)
        await buyer.call('DELETE', '/api/cart')
        await buyer.call('POST', '/api/cart/items', { book_id: book, quantity: 2 })
        const { status, json } = await buyer.call('POST', '/api/orders', orderBody(ref('one')))
        expect(status).to.equal(201)
        expect(json).to.include({ total: '29.50', status: 'paid' })
        expect(json.stock).to.equal(way === 'transaction' ? 'taken' : 'confirmed')
        expect(await shelfOf(db, book)).to.deep.equal({ stock: 3, sold: 2, moved: 3 })
        expect((await buyer.call('GET', '/api/cart')).json.items).to.deep.equal([])
      })

      it('answers a repeated reference with the order it made', async () => {
        const book = await newBook(port, 9)
        const buyer = await customer(port, 2)
        await buyer.call('DELETE', '/api/cart')
        await buyer.call('POST', '/api/cart/items', { book_id: book })
        const all = await Promise.all(
          [1, 2, 3, 4].map(() => buyer.call('POST', '/api/orders', orderBody(ref('again')))),
        )
        const later = await buyer.call('POST', '/api/orders', orderBody(ref('again')))
        expect(later.status).to.equal(200)
        expect(new Set([...all, later].map((each) => each.json.id)).size).to.equal(1)
        expect(await shelfOf(db, book)).to.deep.equal({ stock: 8, sold: 1, moved: 8 })
      })

      it('refuses what is not there, and leaves everything as it was', async () => {
        const book = await newBook(port, 1)
        const buyer = await customer(port, 3)
        await buyer.call('DELETE', '/api/cart')
        await buyer.call('POST', '/api/cart/items', { book_id: book, quantity: 2 })
        const { status, json } = await buyer.call('POST', '/api/orders', orderBody(ref('much')))
        expect(status).to.equal(409)
        expect(json.error).to.include({ code: 'out_of_stock', book_id: book })
        expect(await shelfOf(db, book)).to.deep.equal({ stock: 1, sold: 0, moved: 1 })
        const left = await db.query('SELECT 1 FROM checkouts WHERE reference = ?', [ref('much')])
        expect(left).to.have.length(0)
      })

      it('never sells a copy twice to twenty customers who want the same five books', async () => {
        const books = await Promise.all([4, 4, 4, 4, 4].map((stock) => newBook(port, stock)))
        const statuses = await Promise.all(
          Array.from({ length: 20 }, async (_, at) => {
            const buyer = await customer(port, 20 + at)
            await buyer.call('DELETE', '/api/cart')
            for (const book of [books[at % 5], books[(at + 2) % 5]]) {
              await buyer.call('POST', '/api/cart/items', { book_id: book })
            }
            return (await buyer.call('POST', '/api/orders', orderBody(ref(`crowd-${at}`)))).status
          }),
        )
        const sold = statuses.filter((status) => status === 201).length
        expect(statuses.every((status) => status === 201 || status === 409)).to.equal(true)
        const shelves = await Promise.all(books.map((book) => shelfOf(db, book)))
        const copies = shelves.reduce((sum, shelf) => sum + (shelf.sold ?? 0), 0)
        expect(copies).to.equal(sold * 2)
        for (const shelf of shelves) {
          expect((shelf.stock ?? 0) + (shelf.sold ?? 0)).to.equal(4)
          expect(shelf.moved).to.equal(shelf.stock)
        }
      })
    })
  }

  it('can be moved between the ways with twenty checkouts in flight', async () => {
    const book = await newBook(port, 100)
    const statuses = await Promise.all(
      Array.from({ length: 20 }, async (_, at) => {
        const buyer = await customer(port, 40 + at)
        await buyer.call('DELETE', '/api/cart')
        await buyer.call('POST', '/api/cart/items', { book_id: book })
        if (at % 5 === 0) await setStockWay(db, at % 10 === 0 ? 'reservations' : 'transaction')
        return (await buyer.call('POST', '/api/orders', orderBody(`moving-${at}`))).status
      }),
    )
    expect(statuses).to.deep.equal(Array.from({ length: 20 }, () => 201))
    expect(await shelfOf(db, book)).to.deep.equal({ stock: 80, sold: 20, moved: 80 })
    const ways = await db.query<{ stock_state: number }>(
      "SELECT DISTINCT stock_state FROM orders WHERE reference LIKE 'moving-%'",
    )
    expect(ways.length).to.be.greaterThan(0)
  })

  it('refuses an empty cart and somebody else’s reference', async () => {
    const buyer = await customer(port, 4)
    await buyer.call('DELETE', '/api/cart')
    const empty = await buyer.call('POST', '/api/orders', orderBody('empty-cart'))
    expect(empty.json.error).to.include({ code: 'cart_empty' })
    const other = await buyer.call('POST', '/api/orders', orderBody('past-1'))
    expect(other.status).to.equal(409)
  })
})
