import { until } from '@matapalo/runtime'
import { expect } from 'chai'
import { type SharedShelf, sharedShelf } from '../support/sharedShelf.ts'
import { sourceDigest, targetDigest } from '../support/shelf.ts'
import { startWorker, type TestWorker } from '../support/worker.ts'

const values = "'t', 1.5, 'A', 4, '2026-01-01 10:00:00'"
const insertBook = (id: number, isbn: string): string =>
  `INSERT INTO bookshop.shelf_books (id, isbn, title, price, status, stock, created) VALUES (${id}, '${isbn}', ${values})`

describe('a running feed', function () {
  this.timeout(120_000)
  let shelf: SharedShelf
  let worker: TestWorker

  before(async () => {
    shelf = await sharedShelf()
    worker = await startWorker(shelf.stack)
    await shelf.feeds.settle('shelf')
  })
  after(() => worker?.stop())

  const equal = async (): Promise<void> => {
    await shelf.feeds.settle('shelf')
    expect(await targetDigest(shelf.feeds.services)).to.equal(
      await sourceDigest(shelf.feeds.monolith),
    )
  }
  const inOne = (...statements: readonly string[]): Promise<void> =>
    shelf.feeds.monolith.transaction(async (session) => {
      for (const statement of statements) await session.execute(statement)
    })
  const product = async (id: number) => {
    const [row] = await shelf.feeds.services.query(
      'SELECT * FROM catalog.shelf_product JOIN catalog.shelf_stock ON product_id = id WHERE id = ?',
      [id],
    )
    return row
  }
  const badge = (id: number): Promise<unknown> =>
    // The conductor passes the closed fence; a column that no source feeds.
    shelf.feeds.conductor.service.session(async (session) => {
      await session.execute(
        'SET @matapalo_term = (SELECT term FROM matapalo.fence_shelf WHERE id = 1)',
      )
      await session.execute("UPDATE catalog.shelf_product SET badge = 'gold' WHERE id = ?", [id])
    })

  it('turns one row into two, and follows inserts, updates and deletes', async () => {
    await inOne(insertBook(1, 'a'), insertBook(2, 'b'))
    await equal()
    expect(await product(1)).to.include({ price_cents: '150', status: 'active', quantity: 4 })
    await inOne(
      "UPDATE bookshop.shelf_books SET price = 0.01, stock = -1, status = 'D' WHERE id = 1",
    )
    await inOne('DELETE FROM bookshop.shelf_books WHERE id = 2')
    await equal()
    expect(await product(1)).to.include({ price_cents: '1', status: 'discontinued', quantity: -1 })
    expect(await product(2)).to.equal(undefined)
  })

  it('follows a swap of two unique values in one transaction', async () => {
    await inOne(insertBook(11, 'left'), insertBook(12, 'right'))
    await inOne(
      'UPDATE bookshop.shelf_books SET isbn = NULL WHERE id = 11',
      "UPDATE bookshop.shelf_books SET isbn = 'left' WHERE id = 12",
      "UPDATE bookshop.shelf_books SET isbn = 'right' WHERE id = 11",
    )
    await equal()
    expect(await product(12)).to.include({ isbn: 'left' })
  })

  it('follows a unique value that goes from row to row through many transactions', async () => {
    await inOne(...[21, 22, 23].map((id) => insertBook(id, `u${id}`)))
    for (let round = 0; round < 20; round += 1) {
      await inOne(
        "UPDATE bookshop.shelf_books SET isbn = NULL WHERE isbn = 'token'",
        `UPDATE bookshop.shelf_books SET isbn = 'token' WHERE id = ${21 + (round % 3)}`,
      )
    }
    await equal()
  })

  it('moves a row whose key changes, with the columns that only the target has', async () => {
    await inOne(insertBook(31, 'k'))
    await shelf.feeds.settle('shelf')
    await badge(31)
    await inOne('UPDATE bookshop.shelf_books SET id = 32, stock = 9 WHERE id = 31')
    await equal()
    expect(await product(31)).to.equal(undefined)
    expect(await product(32)).to.include({ badge: 'gold', quantity: 9 })
  })

  it('takes delete and insert in one transaction for an update, in two for a new row', async () => {
    await inOne(insertBook(41, 'm'), insertBook(42, 'n'))
    await shelf.feeds.settle('shelf')
    await badge(41)
    await badge(42)
    await inOne('DELETE FROM bookshop.shelf_books WHERE id = 41', insertBook(41, 'm2'))
    await inOne('DELETE FROM bookshop.shelf_books WHERE id = 42')
    await inOne(insertBook(42, 'n2'))
    await equal()
    expect(await product(41)).to.include({ badge: 'gold', isbn: 'm2' })
    expect(await product(42)).to.include({ badge: 'none', isbn: 'n2' })
  })

  it('never shows a part of a transaction, however long it is', async () => {
    await inOne(
      `INSERT INTO bookshop.shelf_moves (book_id, delta, reference)
       SELECT 1, seq, CONCAT('long-', seq) FROM seq_1_to_12000`,
    )
    const seen = new Set<number>()
    const count = async (): Promise<number> => {
      const [row] = await shelf.feeds.services.query(
        "SELECT COUNT(*) AS n FROM catalog.shelf_move WHERE reference LIKE 'long-%'",
      )
      return Number(row?.n)
    }
    await until(async () => seen.add(await count()).has(12_000), { timeoutMs: 30_000 })
    expect([...seen].filter((n) => n !== 0 && n !== 12_000)).to.deep.equal([])
    await equal()
  })

  it('serves health, metrics and lag', async () => {
    const get = (path: string): Promise<Response> => fetch(new URL(path, worker.url))
    expect((await get('/healthz')).status).to.equal(200)
    expect((await get('/readyz')).status).to.equal(200)
    expect(await (await get('/metrics')).text()).to.include('matapalo_cdc_lag_seconds_count')
    const { samples } = (await (await get('/lag')).json()) as { samples: { ms: number }[] }
    expect(samples.length).to.be.greaterThan(3)
  })
})
