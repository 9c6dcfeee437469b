import { until } from '@matapalo/runtime'
import { expect } from 'chai'
import { readApplierState } from '../../src/applierState.ts'
import { moveShelf } from '../support/move.ts'
import { type SharedShelf, sharedShelf } from '../support/sharedShelf.ts'
import { sourceDigest, targetDigest } from '../support/shelf.ts'
import { startWorker, type TestWorker } from '../support/worker.ts'

describe('appliers when the owner changes', function () {
  this.timeout(180_000)
  let shelf: SharedShelf
  let term = 1
  const workers: TestWorker[] = []

  before(async () => {
    shelf = await sharedShelf()
  })
  afterEach(async () => {
    await Promise.all(workers.splice(0).map((worker) => worker.stop()))
  })

  const start = async (): Promise<TestWorker> => {
    const worker = await startWorker(shelf.stack)
    workers.push(worker)
    return worker
  }
  const move = async (owner: 'monolith' | 'service'): Promise<void> => {
    term = await moveShelf(shelf.feeds, owner)
  }
  const states = async () => ({
    forward: await readApplierState(shelf.feeds.services, 'shelf', 'forward'),
    reverse: await readApplierState(shelf.feeds.monolith, 'shelf', 'reverse'),
  })
  const equal = async (): Promise<void> => {
    expect(await sourceDigest(shelf.feeds.monolith)).to.equal(
      await targetDigest(shelf.feeds.services),
    )
  }
  const serviceWrites = (id: number): Promise<void> =>
    shelf.feeds.services.transaction(async (session) => {
      await session.execute(
        `INSERT INTO catalog.shelf_product (id, isbn, title, price_cents, status, created_at, badge)
         VALUES (${id}, 's${id}', 'né', 1999, 'discontinued', '2026-01-01 15:00:00', 'x')`,
      )
      await session.execute(`INSERT INTO catalog.shelf_stock VALUES (${id}, 5, 2)`)
    })

  it('flips in-band, applies the other way, and flips back', async () => {
    await start()
    await shelf.feeds.settle('shelf')
    const before = await states()
    await move('service')
    await serviceWrites(801)
    await shelf.feeds.services.execute(
      'UPDATE catalog.shelf_stock SET quantity = 6 WHERE product_id = 801',
    )
    await shelf.feeds.settle('shelf', 'reverse')
    await equal()
    const [row] = await shelf.feeds.monolith.query(
      'SELECT price, stock, status, created FROM bookshop.shelf_books WHERE id = 801',
    )
    expect(row).to.deep.equal({
      price: '19.99',
      stock: 6,
      status: 'D',
      created: '2026-01-01 10:00:00',
    })
    await until(async () => (await states()).forward?.mode === 'audit', { timeoutMs: 20_000 })
    await shelf.feeds.services.execute('DELETE FROM catalog.shelf_product WHERE id = 801')
    await shelf.feeds.services.execute('DELETE FROM catalog.shelf_stock WHERE product_id = 801')
    await move('monolith')
    await equal()
    const { forward, reverse } = await states()
    expect([forward?.rogue, reverse?.rogue], 'echoes are no rogue writes').to.deep.equal([
      before.forward?.rogue ?? 0n,
      before.reverse?.rogue ?? 0n,
    ])
  })

  it('reports a write on the wrong side, with its key, and does not apply it', async () => {
    await start()
    await shelf.feeds.settle('shelf')
    const known = (await states()).reverse?.rogue ?? 0n
    await shelf.feeds.conductor.service.session(async (session) => {
      await session.execute(`SET @matapalo_term = ${term}`)
      await session.execute('INSERT INTO catalog.shelf_move VALUES (900001, 1, 1, "rogue")')
    })
    await until(async () => ((await states()).reverse?.rogue ?? 0n) > known, { timeoutMs: 20_000 })
    const [rogue] = await shelf.feeds.monolith.query(
      'SELECT * FROM matapalo.rogue_write ORDER BY id DESC LIMIT 1',
    )
    expect(rogue).to.include({ table_name: 'shelf_move', row_key: 'id=900001', op: 'c' })
    expect(rogue?.query).to.include('INSERT INTO catalog.shelf_move')
    const [applied] = await shelf.feeds.monolith.query(
      'SELECT id FROM bookshop.shelf_moves WHERE id = 900001',
    )
    expect(applied).to.equal(undefined)
    await shelf.feeds.conductor.service.session(async (session) => {
      await session.execute(`SET @matapalo_term = ${term}`)
      await session.execute('DELETE FROM catalog.shelf_move WHERE id = 900001')
    })
  })

  it('keeps a stopped worker out after another one has taken over and the owner changed', async () => {
    const first = await start()
    await shelf.feeds.settle('shelf')
    const second = await start()
    await until(() => second.said.includes('applier.standsBy'), { timeoutMs: 20_000 })
    await shelf.feeds.monolith.execute(
      `INSERT INTO bookshop.shelf_moves (book_id, delta, reference)
       SELECT 1, 1, CONCAT('stop-', seq) FROM seq_1_to_3000`,
    )
    first.kill('SIGSTOP')
    await shelf.feeds.settle('shelf')
    await move('service')
    await serviceWrites(802)
    first.kill('SIGCONT')
    await shelf.feeds.services.execute(
      'UPDATE catalog.shelf_stock SET quantity = 9 WHERE product_id = 802',
    )
    await until(() => first.said.filter((line) => line === 'applier.restarts').length >= 1, {
      timeoutMs: 20_000,
    })
    await shelf.feeds.settle('shelf', 'reverse')
    await equal()
    await move('monolith')
    await equal()
  })
})
