import { until } from '@matapalo/runtime'
import { expect } from 'chai'
import { readApplierState } from '../../src/applierState.ts'
import { moveShelf } from '../support/move.ts'
import { type SharedShelf, sharedShelf } from '../support/sharedShelf.ts'
import { sourceDigest, targetDigest } from '../support/shelf.ts'
import { startWorker, type TestWorker } from '../support/worker.ts'

describe('a row that is mended at the service, on the way back', function () {
  this.timeout(180_000)
  let shelf: SharedShelf
  let worker: TestWorker

  before(async () => {
    shelf = await sharedShelf()
    await shelf.feeds.register(shelf.manifest)
    worker = await startWorker(shelf.stack)
    await shelf.feeds.settle('shelf')
    await moveShelf(shelf.feeds, 'service')
    await shelf.feeds.settle('shelf', 'reverse')
  })
  after(async () => {
    await moveShelf(shelf.feeds, 'monolith').finally(() => worker?.stop())
  })

  const write = (sql: string) => shelf.feeds.services.execute(sql)
  const old = (sql: string, params: readonly string[] = []) =>
    shelf.feeds.monolith.query(sql, [...params])
  const product = (id: number, status: string, cents = '1999') =>
    `INSERT INTO catalog.shelf_product (id, isbn, title, price_cents, status, created_at)
     VALUES (${id}, NULL, 'né', ${cents}, '${status}', '2026-01-01 15:00:00')`
  const stock = (id: number) => `INSERT INTO catalog.shelf_stock VALUES (${id}, 5, 2)`
  const together = (...statements: readonly string[]) =>
    shelf.feeds.services.transaction(async (session) => {
      for (const statement of statements) await session.execute(statement)
    })
  const state = () => readApplierState(shelf.feeds.monolith, 'shelf', 'reverse')
  const stopped = async (): Promise<void> => {
    const found = await until(async () => (await state())?.status === 'quarantined', {
      timeoutMs: 30_000,
      everyMs: 50,
    })
    expect(found).to.equal(true)
  }
  const retried = async (): Promise<void> => {
    await old(
      "UPDATE matapalo.quarantine SET resolved_at = NOW(6), resolution = 'retry' WHERE resolved_at IS NULL",
    )
    await until(async () => (await state())?.status === 'running', { timeoutMs: 30_000 })
    await shelf.feeds.settle('shelf', 'reverse')
    expect(await sourceDigest(shelf.feeds.monolith)).to.equal(
      await targetDigest(shelf.feeds.services),
    )
  }

  it('comes back whole where one of its two parts did not fit', async () => {
    await together(product(751, 'odd'), stock(751))
    await stopped()
    expect((await readApplierState(shelf.feeds.services, 'shelf', 'forward'))?.status).to.equal(
      'running',
    )
    await write("UPDATE catalog.shelf_product SET status = 'active' WHERE id = 751")
    await retried()
    expect(
      await old('SELECT status, stock FROM bookshop.shelf_books WHERE id = 751'),
    ).to.deep.equal([{ status: 'A', stock: 5 }])
  })

  it('comes back whole where the monolith refuses a part that came second', async () => {
    await together(stock(752), product(752, 'active', '99999999999999'))
    await stopped()
    await write('UPDATE catalog.shelf_product SET price_cents = 250 WHERE id = 752')
    await retried()
    expect(await old('SELECT price, stock FROM bookshop.shelf_books WHERE id = 752')).to.deep.equal(
      [{ price: '2.50', stock: 5 }],
    )
  })

  it('is gone from the monolith when the service has deleted it', async () => {
    await together(product(753, 'active'), stock(753))
    await write("UPDATE catalog.shelf_product SET status = 'odd' WHERE id = 753")
    await stopped()
    await together(
      'DELETE FROM catalog.shelf_stock WHERE product_id = 753',
      'DELETE FROM catalog.shelf_product WHERE id = 753',
    )
    await retried()
    expect(await old('SELECT id FROM bookshop.shelf_books WHERE id = 753')).to.deep.equal([])
  })
})
