import { until } from '@matapalo/runtime'
import { expect } from 'chai'
import { readApplierState } from '../../src/applierState.ts'
import { type SharedShelf, sharedShelf } from '../support/sharedShelf.ts'
import { shelfManifest, shelfYaml, sourceDigest, targetDigest } from '../support/shelf.ts'
import { startWorker, type TestWorker } from '../support/worker.ts'

describe('quarantine', function () {
  this.timeout(120_000)
  let shelf: SharedShelf
  let worker: TestWorker

  before(async () => {
    shelf = await sharedShelf()
    worker = await startWorker(shelf.stack)
    await shelf.feeds.settle('shelf')
  })
  after(async () => {
    await worker?.stop()
    await shelf?.feeds.monolith.execute("DELETE FROM bookshop.shelf_books WHERE status = 'X'")
    await shelf?.feeds.register(shelf.manifest)
  })

  const write = (sql: string) => shelf.feeds.monolith.execute(sql)
  const insertBook = (id: number, status: string) =>
    write(
      `INSERT INTO bookshop.shelf_books (id, title, price, status, stock, created)
       VALUES (${id}, 't', 1, '${status}', 1, '2026-01-01 10:00:00')`,
    )
  const state = () => readApplierState(shelf.feeds.services, 'shelf', 'forward')
  const stopped = () =>
    until(async () => (await state())?.status === 'quarantined', { timeoutMs: 30_000, everyMs: 50 })
  const open = async () =>
    (
      await shelf.feeds.services.query(
        'SELECT * FROM matapalo.quarantine WHERE resolved_at IS NULL ORDER BY id',
      )
    )[0]
  const resolve = async (how: 'retry' | 'skip'): Promise<void> => {
    await shelf.feeds.services.execute(
      'UPDATE matapalo.quarantine SET resolved_at = NOW(6), resolution = ? WHERE resolved_at IS NULL',
      [how],
    )
    await until(async () => (await state())?.status === 'running', { timeoutMs: 20_000 })
  }
  const equal = async (): Promise<void> => {
    await shelf.feeds.settle('shelf')
    expect(await targetDigest(shelf.feeds.services)).to.equal(
      await sourceDigest(shelf.feeds.monolith),
    )
  }

  it('stops at a row that does not fit, and goes on in order once the manifest is mended', async () => {
    await insertBook(601, 'A')
    await insertBook(602, 'X')
    await write('UPDATE bookshop.shelf_books SET stock = 7 WHERE id IN (601, 602)')
    await stopped()
    const one = await open()
    expect(one).to.include({ table_name: 'shelf_books', row_key: 'id=602', op: 'c' })
    expect(one?.code).to.match(/^MATAPALO_LENS_/)
    const [before] = await shelf.feeds.services.query(
      'SELECT id FROM catalog.shelf_product WHERE id = 601',
    )
    expect(before, 'what came before it is applied').to.not.equal(undefined)

    const mended = shelfYaml.replace('D: discontinued', 'D: discontinued, X: odd')
    await shelf.feeds.register(shelfManifest(mended))
    await resolve('retry')
    await equal()
  })

  it('passes over a change that a person skips', async () => {
    await insertBook(604, 'Y')
    await stopped()
    await write('DELETE FROM bookshop.shelf_books WHERE id = 604')
    await resolve('skip')
    await equal()
  })

  it('stops at what the target refuses', async () => {
    await shelf.feeds.conductor.service.session(async (session) => {
      await session.execute(
        'SET @matapalo_term = (SELECT term FROM matapalo.fence_shelf WHERE id = 1)',
      )
      await session.execute(
        `INSERT INTO catalog.shelf_product (id, isbn, title, price_cents, status, created_at)
         VALUES (699, 'taken', 't', 1, 'active', '2026-01-01')`,
      )
    })
    await insertBook(603, 'A')
    await write("UPDATE bookshop.shelf_books SET isbn = 'taken' WHERE id = 603")
    await stopped()
    expect(await open()).to.include({ code: 'MATAPALO_TARGET_1062', row_key: 'id=603', op: 'u' })
    await shelf.feeds.conductor.service.session(async (session) => {
      await session.execute(
        'SET @matapalo_term = (SELECT term FROM matapalo.fence_shelf WHERE id = 1)',
      )
      await session.execute('DELETE FROM catalog.shelf_product WHERE id = 699')
    })
    await resolve('retry')
    await equal()
    expect(await state()).to.include({ status: 'running', reason: null })
  })
})
