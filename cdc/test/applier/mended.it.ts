import { until } from '@matapalo/runtime'
import { expect } from 'chai'
import { readApplierState } from '../../src/applierState.ts'
import { type SharedShelf, sharedShelf } from '../support/sharedShelf.ts'
import { sourceDigest, targetDigest } from '../support/shelf.ts'
import { startWorker, type TestWorker } from '../support/worker.ts'

describe('a row that is mended at its owner', function () {
  this.timeout(180_000)
  let shelf: SharedShelf
  let worker: TestWorker

  before(async () => {
    shelf = await sharedShelf()
    await shelf.feeds.register(shelf.manifest)
    worker = await startWorker(shelf.stack)
    await shelf.feeds.settle('shelf')
  })
  after(async () => {
    await worker?.stop()
  })

  const write = (sql: string) => shelf.feeds.monolith.execute(sql)
  const services = (sql: string, params: readonly string[] = []) =>
    shelf.feeds.services.query(sql, [...params])
  const insert = (id: number, status: string, isbn: string | null = null) =>
    `INSERT INTO bookshop.shelf_books (id, isbn, title, price, status, stock, created)
     VALUES (${id}, ${isbn === null ? 'NULL' : `'${isbn}'`}, 't', 1, '${status}', 1, '2026-01-01 10:00:00')`
  const state = () => readApplierState(shelf.feeds.services, 'shelf', 'forward')
  const stopped = async (): Promise<Record<string, unknown>> => {
    const open = () => services('SELECT * FROM matapalo.quarantine WHERE resolved_at IS NULL')
    const found = await until(
      async () => (await state())?.status === 'quarantined' && (await open()).length > 0,
      { timeoutMs: 30_000, everyMs: 50 },
    )
    expect(found).to.equal(true)
    return (await open())[0] ?? {}
  }
  const retry = async (): Promise<void> => {
    await services(
      "UPDATE matapalo.quarantine SET resolved_at = NOW(6), resolution = 'retry' WHERE resolved_at IS NULL",
    )
  }
  const equal = async (): Promise<void> => {
    await until(async () => (await state())?.status === 'running', { timeoutMs: 30_000 })
    await shelf.feeds.settle('shelf')
    expect(await targetDigest(shelf.feeds.services)).to.equal(
      await sourceDigest(shelf.feeds.monolith),
    )
  }
  const journal = async (id: number): Promise<readonly string[]> =>
    (
      await services(
        `SELECT CONCAT_WS(' ', resolution, code) AS line FROM matapalo.quarantine WHERE row_key = ? ORDER BY id`,
        [`id=${id}`],
      )
    ).map(({ line }) => String(line))

  it('is written in place of the version that did not fit, and the journal says so', async () => {
    await write(insert(701, 'X'))
    await write('UPDATE bookshop.shelf_books SET stock = 2 WHERE id = 701')
    await write(insert(702, 'A'))
    await stopped()
    await write("UPDATE bookshop.shelf_books SET status = 'A' WHERE id = 701")
    await retry()
    await equal()
    expect(await journal(701)).to.deep.equal([
      'superseded MATAPALO_LENS_ENUM',
      'supersedes MATAPALO_SUPERSEDED',
    ])
  })

  it('stands, and says what is missing, while nothing was mended', async () => {
    await write(insert(703, 'X'))
    await stopped()
    await retry()
    await until(async () => (await journal(703)).length === 2, { timeoutMs: 30_000 })
    expect((await stopped()).message).to.match(/the feed holds no later version of the row/)
    await write("UPDATE bookshop.shelf_books SET status = 'D' WHERE id = 703")
    await retry()
    await equal()
  })

  it('is gone from the target when its owner has deleted it', async () => {
    await write(insert(704, 'A'))
    await write("UPDATE bookshop.shelf_books SET status = 'X' WHERE id = 704")
    await stopped()
    await write('DELETE FROM bookshop.shelf_books WHERE id = 704')
    await retry()
    await equal()
    expect(await services('SELECT id FROM catalog.shelf_product WHERE id = 704')).to.deep.equal([])
  })

  it('is mended row by row where one transaction wrote several', async () => {
    await shelf.feeds.monolith.session(async (session) => {
      await session.execute('START TRANSACTION')
      await session.execute(insert(705, 'A'))
      await session.execute(insert(706, 'X'))
      await session.execute(insert(707, 'X'))
      await session.execute(
        "INSERT INTO bookshop.shelf_moves (book_id, delta, reference) VALUES (706, 1, 'mended')",
      )
      await session.execute('COMMIT')
    })
    expect((await stopped()).row_key).to.equal('id=706')
    await write("UPDATE bookshop.shelf_books SET status = 'A' WHERE id = 706")
    await retry()
    await until(async () => (await journal(707)).length === 1, { timeoutMs: 30_000 })
    expect((await stopped()).row_key).to.equal('id=707')
    expect(
      await services('SELECT id FROM catalog.shelf_product WHERE id IN (705, 706)'),
      'no part of a transaction',
    ).to.deep.equal([])
    await write("UPDATE bookshop.shelf_books SET status = 'A' WHERE id = 707")
    await retry()
    await equal()
  })

  it('may have changed its key meanwhile', async () => {
    await write(insert(708, 'A'))
    await write("UPDATE bookshop.shelf_books SET status = 'X' WHERE id = 708")
    await stopped()
    await write("UPDATE bookshop.shelf_books SET id = 709, status = 'D' WHERE id = 708")
    await retry()
    await equal()
  })

  it('waits for its turn when another row still has its unique value', async () => {
    await write(insert(711, 'A', 'one'))
    await write(insert(712, 'A', 'two'))
    await write("UPDATE bookshop.shelf_books SET isbn = NULL, status = 'X' WHERE id = 711")
    await stopped()
    await write("UPDATE bookshop.shelf_books SET isbn = 'three' WHERE id = 712")
    await write("UPDATE bookshop.shelf_books SET isbn = 'two', status = 'A' WHERE id = 711")
    await retry()
    await equal()
    const [entry] = await services(
      "SELECT message FROM matapalo.quarantine WHERE resolution = 'supersedes' AND row_key = 'id=711'",
    )
    expect(entry?.message).to.match(/was left out until then/)
  })

  it('needs one word of a person only, also when the worker is killed on the way', async () => {
    await write(insert(713, 'X'))
    await write("UPDATE bookshop.shelf_books SET stock = 5, status = 'Y' WHERE id = 713")
    await stopped()
    // Kept back, so that the kill falls between the superseded version and the mended one.
    for (let n = 0; n < 3_000; n += 500)
      await write(
        `INSERT INTO bookshop.shelf_moves (book_id, delta, reference)
         SELECT 713, seq, 'kill' FROM seq_1_to_500`,
      )
    await write("UPDATE bookshop.shelf_books SET stock = 6, status = 'Z' WHERE id = 713")
    await write("UPDATE bookshop.shelf_books SET status = 'A' WHERE id = 713")
    await worker.stop()
    worker = await startWorker(shelf.stack, { CDC_APPLY_DELAY_MS: '150' })
    await retry()
    await until(async () => (await journal(713)).length === 2, { timeoutMs: 30_000, everyMs: 2 })
    worker.kill('SIGKILL')
    worker = await startWorker(shelf.stack)
    await equal()
    expect(await journal(713)).to.have.length(2)
  })
})
