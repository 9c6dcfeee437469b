import { type Database, openDatabase } from '@bookshop/kit/database'
import type { Log } from '@bookshop/kit/log'
import { silentLog } from '@bookshop/kit/log'
import { expect } from 'chai'
import { suiteStack } from '../../../../scripts/src/stack/testing.ts'
import { expireDue, startExpiry } from '../../src/reservations/expiry.ts'
import { type Running, runApp } from '../running.ts'

const many = <T>(count: number, make: (at: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, at) => make(at)))

describe('reservations', function () {
  this.timeout(30_000)
  const stack = suiteStack({ name: 'catalog-reservations', only: ['services-db'] })
  let database: Database
  let ddl: Database
  let service: Running
  let made = 0

  before(async () => {
    const { urls } = await stack.get()
    database = openDatabase(new URL(urls['services-db.catalog'] ?? ''), 16)
    ddl = openDatabase(new URL(urls['services-db.root'] ?? ''), 1)
    service = await runApp(database)
  })
  after(async () => {
    await service?.stop()
    await Promise.all([database?.destroy(), ddl?.destroy()])
  })

  const newBook = async (stock: number): Promise<number> => {
    made += 1
    const body = { title: `Book ${made}`, author: 'A', price: '10.00', stock }
    const { json } = await service.ask('staff', 'POST', '/api/books', body)
    return Number(json.id)
  }
  const reserve = (order_ref: string, items: Record<number, number>, ttl_s = 600) =>
    service.ask('system', 'POST', '/api/catalog/reservations', {
      order_ref,
      ttl_s,
      items: Object.entries(items).map(([id, quantity]) => ({ book_id: Number(id), quantity })),
    })
  const settle = (orderRef: string, end: 'confirm' | 'cancel') =>
    service.ask('system', 'POST', `/api/catalog/reservations/${orderRef}/${end}`)
  const stockOf = async (id: number): Promise<number> =>
    Number((await service.ask(null, 'GET', `/api/books/${id}/stock`)).json.stock)
  const soldOf = async (id: number): Promise<number> => {
    const row = await database('inventory').where('product_id', id).first()
    return row.sold
  }
  const movementsOf = async (id: number): Promise<string[]> => {
    const rows = await database('stock_movement').where('product_id', id).orderBy('id')
    return rows.map((row) => `${row.reason} ${row.delta} ${row.reference}`)
  }
  /** Makes the reservation due long enough ago. */
  const letTimePass = (orderRef: string) =>
    database('reservation')
      .where('order_ref', orderRef)
      .update({ expires_at: database.raw('UTC_TIMESTAMP() - INTERVAL 10 SECOND') })

  it('sell the last copies once when 20 orders want them', async () => {
    const book = await newBook(5)
    const answers = await many(20, (at) => reserve(`last-${book}-${at}`, { [book]: 1 }))
    expect(answers.filter(({ status }) => status === 201)).to.have.length(5)
    expect(answers.filter(({ status }) => status === 409)).to.have.length(15)
    expect(await stockOf(book)).to.equal(0)
    expect(await movementsOf(book)).to.have.length(6)
  })

  it('take the stock once when one order asks ten times at once', async () => {
    const book = await newBook(50)
    const answers = await many(10, () => reserve(`same-${book}`, { [book]: 3 }))
    expect(answers.map(({ status }) => status).sort()).to.deep.equal([...Array(9).fill(200), 201])
    expect(await stockOf(book)).to.equal(47)
  })

  it('never fail when orders name the same books in opposite orders', async () => {
    const [a, b] = [await newBook(100), await newBook(100)]
    const answers = await many(30, (at) =>
      reserve(`cross-${a}-${at}`, at % 2 === 0 ? { [a]: 1, [b]: 1 } : { [b]: 1, [a]: 1 }),
    )
    expect(new Set(answers.map(({ status }) => status))).to.deep.equal(new Set([201]))
    expect([await stockOf(a), await stockOf(b)]).to.deep.equal([70, 70])
  })

  it('take all books of an order or none', async () => {
    const [rich, poor] = [await newBook(5), await newBook(1)]
    const answer = await reserve(`none-${rich}`, { [rich]: 2, [poor]: 2 })
    expect(answer.status).to.equal(409)
    expect(answer.json).to.have.nested.property('error.book_id', poor)
    expect(await stockOf(rich)).to.equal(5)
  })

  it('count the sale once when confirmed ten times at once', async () => {
    const book = await newBook(5)
    await reserve(`sale-${book}`, { [book]: 2 })
    const answers = await many(10, () => settle(`sale-${book}`, 'confirm'))
    expect(new Set(answers.map(({ status }) => status))).to.deep.equal(new Set([200]))
    expect([await stockOf(book), await soldOf(book)]).to.deep.equal([3, 2])
  })

  it('end one way only when confirmed and cancelled at once', async () => {
    const book = await newBook(10)
    const ref = `race-${book}`
    await reserve(ref, { [book]: 4 })
    await many(10, (at) => settle(ref, at % 2 === 0 ? 'confirm' : 'cancel'))
    const { json } = await service.ask('system', 'GET', `/api/catalog/reservations/${ref}`)
    const expected = json.state === 'confirmed' ? [6, 4] : [10, 0]
    expect([await stockOf(book), await soldOf(book)]).to.deep.equal(expected)
  })

  it('give the stock back once when two processes expire them', async () => {
    const book = await newBook(5)
    await reserve(`old-${book}`, { [book]: 2 })
    await letTimePass(`old-${book}`)
    await many(4, () => expireDue(database, service.metrics))
    expect(await stockOf(book)).to.equal(5)
    expect(await movementsOf(book)).to.deep.equal([
      `adjustment 5 create:${book}`,
      `sale -2 old-${book}`,
      `expiry 2 old-${book}`,
    ])
    expect((await settle(`old-${book}`, 'confirm')).json).to.have.nested.property(
      'error.code',
      'reservation_expired',
    )
  })

  it('are left to the owner for a few seconds when they run out', async () => {
    const book = await newBook(5)
    await reserve(`due-${book}`, { [book]: 1 })
    await database('reservation')
      .where('order_ref', `due-${book}`)
      .update({ expires_at: database.raw('UTC_TIMESTAMP() - INTERVAL 1 SECOND') })
    await expireDue(database, service.metrics)
    expect(await stockOf(book)).to.equal(4)
  })

  it('may still be confirmed when due and not yet expired', async () => {
    const book = await newBook(5)
    await reserve(`late-${book}`, { [book]: 1 })
    await letTimePass(`late-${book}`)
    expect((await settle(`late-${book}`, 'confirm')).json.state).to.equal('confirmed')
    await expireDue(database, service.metrics)
    expect(await stockOf(book)).to.equal(4)
  })

  describe('while another store owns the tables', () => {
    const fenced = ['inventory', 'reservation', 'stock_movement', 'product']
    const lines: string[] = []
    const note = (_fields: object, message: string): void => {
      lines.push(message)
    }
    const log: Log = { ...silentLog, warn: note, error: note, info: note }
    let book = 0

    before(async () => {
      book = await newBook(5)
      await reserve(`moved-${book}`, { [book]: 2 })
      await letTimePass(`moved-${book}`)
      for (const table of fenced) {
        for (const op of ['INSERT', 'UPDATE', 'DELETE']) {
          await ddl.raw(
            `CREATE TRIGGER catalog.fence_${table}_${op} BEFORE ${op} ON catalog.${table} FOR EACH ROW
             SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'fenced'`,
          )
        }
      }
    })
    const lift = async (): Promise<void> => {
      for (const table of fenced) {
        for (const op of ['INSERT', 'UPDATE', 'DELETE']) {
          await ddl.raw(`DROP TRIGGER IF EXISTS catalog.fence_${table}_${op}`)
        }
      }
    }
    after(lift)

    it('answer 503 with Retry-After and change nothing', async () => {
      const answer = await reserve(`moved-${book}-2`, { [book]: 1 })
      expect(answer.status).to.equal(503)
      expect(answer.json).to.have.nested.property('error.code', 'catalog_moved')
      expect(answer.headers.get('retry-after')).to.equal('1')
      expect(await stockOf(book)).to.equal(3)
    })

    it('are left alone, quietly, by the expiry loop until it may write again', async () => {
      const loop = startExpiry(database, service.metrics, log, 20)
      const refused = async (): Promise<number> => {
        const { values } = await service.metrics.refusedWrites.get()
        return values.find(({ labels }) => labels.origin === 'expiry')?.value ?? 0
      }
      while ((await refused()) < 3) await new Promise((resolve) => setTimeout(resolve, 10))
      expect(await stockOf(book)).to.equal(3)
      await lift()
      while ((await stockOf(book)) < 5) await new Promise((resolve) => setTimeout(resolve, 20))
      await loop.stop()
      expect(lines).to.deep.equal([])
    })
  })
})
