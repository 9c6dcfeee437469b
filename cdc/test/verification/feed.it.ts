import { silentLog, sleep, until } from '@matapalo/runtime'
import { expect } from 'chai'
import { readApplierState } from '../../src/applierState.ts'
import { readFence } from '../../src/fence.ts'
import { writeMarker } from '../../src/markers.ts'
import {
  pauseSnapshot,
  progressOf,
  resumeSnapshot,
  type SnapshotRequest,
  startSnapshot,
  watchSnapshot,
} from '../../src/snapshots.ts'
import {
  compareKeys,
  followChangedKeys,
  loadPairs,
  type Pair,
  repairRequest,
  type Stores,
  settleByMarker,
  sweepKeys,
  verifyDomain,
} from '../../src/verification.ts'
import { type SharedShelf, sharedShelf } from '../support/sharedShelf.ts'
import { startWorker, type TestWorker } from '../support/worker.ts'

const rows = 20_000

describe('verification over a running feed', function () {
  this.timeout(90_000)
  let shelf: SharedShelf
  let worker: TestWorker
  let stores: Stores
  let pairs: readonly Pair[]

  before(async () => {
    shelf = await sharedShelf()
    const { conductor, monolith } = shelf.feeds
    stores = {
      monolith: { db: conductor.monolith, schema: 'bookshop' },
      service: { db: conductor.service, schema: 'catalog' },
    }
    pairs = await loadPairs(stores, shelf.manifest)
    // Rows that no feed will ever see: as old as any that were there before the toolkit.
    await monolith.session(async (session) => {
      await session.execute('SET SESSION sql_log_bin = 0')
      await session.execute(
        `INSERT INTO bookshop.shelf_books (id, isbn, title, price, status, stock, created)
         SELECT 1000000 + seq, NULL, CONCAT('Книга ', seq), seq / 100, IF(seq % 3 = 0, 'D', 'A'), seq % 9,
           '2026-02-01 00:00:00' + INTERVAL seq MINUTE FROM seq_1_to_${rows}`,
      )
      await session.execute('SET SESSION sql_log_bin = 1')
    })
    worker = await startWorker(shelf.stack)
    await shelf.feeds.settle('shelf')
  })
  after(async () => {
    // The suites share the tables.
    await shelf?.feeds.monolith.execute('DELETE FROM bookshop.shelf_books WHERE id > 1000000')
    await shelf?.feeds.settle('shelf')
    await worker?.stop()
  })

  const verify = () => {
    const { conductor } = shelf.feeds
    return verifyDomain(stores, 'shelf', pairs, {
      owner: 'monolith',
      settle: settleByMarker(conductor.monolith, conductor.service, 'shelf', 'monolith'),
    })
  }
  const snapshot = async (request: SnapshotRequest) => {
    const { conductor, kafka } = shelf.feeds
    const run = await startSnapshot(conductor.monolith, conductor.service, kafka, request)
    const watch = await watchSnapshot(kafka, run, silentLog)
    return { run, watch }
  }
  const completed = async (watch: { status(): { phase: string } }): Promise<void> => {
    await until(() => watch.status().phase === 'completed', { timeoutMs: 40_000, everyMs: 50 })
    expect(watch.status().phase).to.equal('completed')
    await shelf.feeds.settle('shelf')
  }
  /** As a mistake of the applier's own would: nothing but a comparison can find it. */
  const corrupt = (sql: string): Promise<void> =>
    shelf.feeds.conductor.service.session(async (session) => {
      const [before] = await session.query('SELECT @@SESSION.server_id AS id')
      // Another suite may have moved the shelf before, so the term is whatever the fence says.
      const fence = await readFence(session, 'shelf')
      await session.execute('SET SESSION server_id = 4242, @matapalo_term = ?', [
        Number(fence?.term),
      ])
      await session.execute(sql)
      await session.execute('SET SESSION server_id = ?, @matapalo_term = NULL', [
        Number(before?.id),
      ])
    })

  it('backfills by a signal, with progress, pause and resume, while writes go on', async () => {
    const { conductor, monolith } = shelf.feeds
    const { run, watch } = await snapshot({
      domain: 'shelf',
      side: 'monolith',
      schema: 'bookshop',
      tables: ['shelf_books'],
    })
    await pauseSnapshot(conductor.monolith)
    const held = ['paused', 'completed']
    await until(() => held.includes(watch.status().phase), { timeoutMs: 20_000, everyMs: 20 })
    expect(watch.status().phase).to.be.oneOf(held)
    for (let n = 1; n <= 50; n++) {
      await monolith.execute(
        `UPDATE bookshop.shelf_books SET stock = stock + 100 WHERE id = ${1_000_000 + n * 300}`,
      )
    }
    await resumeSnapshot(conductor.monolith)
    await completed(watch)
    await watch.stop()
    const state = await readApplierState(conductor.service, 'shelf', 'forward')
    const progress = progressOf(run, [{ atMs: 0, snapshotRows: state?.snapshotRows ?? 0n }], true)
    expect(progress.rows).to.be.within(rows * 0.9, rows * 1.5)
    expect(progress.percent).to.equal(100)
  })

  it('is clean under writes, and knows from which offset changes must be compared again', async () => {
    let stop = false
    const writer = (async () => {
      for (let n = 1; !stop; n++) {
        const id = 1_000_000 + ((n * 7919) % rows)
        await shelf.feeds.monolith.execute(
          n % 9 === 0
            ? `DELETE FROM bookshop.shelf_books WHERE id = ${id}`
            : `UPDATE bookshop.shelf_books SET price = price + 1 WHERE id = ${id}`,
        )
        await sleep(5)
      }
    })()
    const verified = await verify()
    stop = true
    await writer
    expect(verified.differences).to.deep.equal([])
    expect(verified.outcome).to.equal('clean')
    expect(verified.rows).to.be.above(rows * 0.9)
    expect(verified.fromOffset).to.be.a('bigint')
  })

  it('collects the keys that changed since, and finds a corrupted one among them', async () => {
    const { conductor, kafka, monolith } = shelf.feeds
    const verified = await verify()
    const changed = await followChangedKeys({
      kafka,
      domain: 'shelf',
      side: 'monolith',
      schema: 'bookshop',
      pairs,
      from: verified.fromOffset ?? 0n,
    })
    await monolith.execute('UPDATE bookshop.shelf_books SET stock = 7 WHERE id = 1000010')
    await monolith.execute('UPDATE bookshop.shelf_books SET id = 1900000 WHERE id = 1000011')
    await monolith.execute('DELETE FROM bookshop.shelf_books WHERE id = 1000012')
    await shelf.feeds.settle('shelf')
    await corrupt('UPDATE catalog.shelf_stock SET quantity = 8 WHERE product_id = 1000010')
    const token = await writeMarker(conductor.monolith, 'shelf')
    const keys = await changed.until(token, 20_000)
    const ids = (keys.get('shelf_books') ?? []).map(({ id }) => id)
    expect(ids).to.include.members(['1000010', '1000011', '1900000', '1000012'])
    const found = await compareKeys(stores, pairs, 'monolith', keys)
    expect(found.map(({ target, key, columns }) => [target, key.id, columns])).to.deep.equal([
      ['shelf_stock', '1000010', ['quantity']],
    ])
    await changed.stop()
  })

  it('repairs what it found by a snapshot of those keys, and sweeps what is extra', async () => {
    const { conductor } = shelf.feeds
    await corrupt("UPDATE catalog.shelf_product SET title = 'x' WHERE id = 1000020")
    await corrupt('DELETE FROM catalog.shelf_stock WHERE product_id = 1000021')
    await corrupt('INSERT INTO catalog.shelf_stock VALUES (1999999, 1, 1)')
    const before = await verify()
    expect(before.differences.map(({ key, kind }) => [key.id, kind])).to.have.deep.members([
      ['1000010', 'different'],
      ['1000020', 'different'],
      ['1000021', 'missing'],
      ['1999999', 'extra'],
    ])
    const request = repairRequest('shelf', 'monolith', 'bookshop', pairs, before.differences)
    if (request === null) throw new Error('nothing to repair')
    const { watch } = await snapshot(request)
    await completed(watch)
    await watch.stop()
    const fence = await readFence(conductor.service, 'shelf')
    const swept = await sweepKeys(stores, pairs, {
      domain: 'shelf',
      owner: 'monolith',
      followerDb: conductor.service,
      term: Number(fence?.term),
    })
    expect(swept.removed).to.deep.equal({ shelf_stock: 1 })
    expect((await verify()).outcome).to.equal('clean')
  })
})
