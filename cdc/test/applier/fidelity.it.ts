import { until } from '@matapalo/runtime'
import { expect } from 'chai'
import { readApplierState } from '../../src/applierState.ts'
import { type SharedShelf, sharedShelf } from '../support/sharedShelf.ts'
import { startWorker, type TestWorker } from '../support/worker.ts'

/** Per column, SQL literals at the edges of its type. Row n takes the n-th of each, or the last. */
const edges: Readonly<Record<string, readonly string[]>> = {
  big: ['9223372036854775807', '-9223372036854775808', '9007199254740993', '0'],
  ubig: ['18446744073709551615', '9223372036854775808', '9007199254740993', '0'],
  exact: [
    '12345678901234567890.0123456789',
    '-0.0000000001',
    '0.1',
    '-99999999999999999999.9999999999',
  ],
  ratio: ['1.7976931348623157e308', '-2.2250738585072014e-308', '0.1', '-0'],
  day: ["'0001-01-01'", "'9999-12-31'", "'1970-01-01'", "'2024-02-29'"],
  at: [
    "'0001-01-01 00:00:00'",
    "'9999-12-31 23:59:59'",
    "'1969-12-31 23:59:59'",
    "'2026-03-08 02:30:00'",
  ],
  at_micros: [
    "'0001-01-01 00:00:00.000001'",
    "'9999-12-31 23:59:59.999999'",
    "'1969-12-31 23:59:59.999999'",
    "'2262-04-12 00:00:00.123456'",
  ],
  stamp: [
    "'1970-01-01 00:00:01.000000'",
    "'2038-01-19 03:14:07.999999'",
    "'2026-11-21 23:05:09.100000'",
    "'2000-02-29 12:00:00'",
  ],
  clock: ["'838:59:59.000000'", "'-838:59:59.000000'", "'-00:00:00.000001'", "'25:00:00.5'"],
  yr: ['1901', '2155', '0', '2026'],
  flags: ["b'111111111111'", "b'000000000001'", "b'100000000000'", "b'0'"],
  raw: ["x'00ff'", "x''", "x'0000'", "REPEAT('z', 40)"],
  fixed: ["x'0102030405060700'", "x'0000000000000000'", "x'ffffffffffffffff'", "'ab'"],
  words: [
    "'naïve 書 😀 \\\\ \\' \\\" %'",
    "''",
    "CONCAT('a', CHAR(0 USING utf8mb4), CHAR(10 USING utf8mb4), CHAR(26 USING utf8mb4), 'b ')",
    "REPEAT('é', 20000)",
  ],
  small: ["'é ÿ'", "''", "' trailing '", "'?'"],
  kind: ["'a'", "'Ü'", "'b'", "'a'"],
  doc: ['\'{"n": 12345678901234567890, "f": 1.0, "a": [null]}\'', "'null'", "'{}'", "'not json'"],
}
const columns = Object.keys(edges)
const rowValues = (n: number): readonly string[] =>
  columns.map((name) => edges[name]?.[n] ?? 'NULL')
/** Four rows of edges and one of NULLs. */
const rows = [0, 1, 2, 3, 4]

describe('type fidelity', function () {
  this.timeout(120_000)
  let shelf: SharedShelf
  let worker: TestWorker

  before(async () => {
    shelf = await sharedShelf()
    worker = await startWorker(shelf.stack)
    await shelf.feeds.settle('shelf')
  })
  after(() => worker?.stop())

  const read = (schema: 'bookshop' | 'catalog', from: number) => {
    const db = schema === 'bookshop' ? shelf.feeds.monolith : shelf.feeds.services
    const exact = columns.map((name) => `HEX(${name}) AS ${name}`).join(', ')
    return db.query(
      `SELECT id, ${exact} FROM ${schema}.shelf_types WHERE id BETWEEN ? AND ? ORDER BY id`,
      [from, from + 9],
    )
  }
  const insert = async (from: number): Promise<void> => {
    for (const n of rows) {
      await shelf.feeds.monolith.execute(
        `INSERT INTO bookshop.shelf_types (id, ${columns.join(', ')}) VALUES (${from + n}, ${rowValues(n).join(', ')})`,
      )
    }
  }
  const equal = async (from: number): Promise<void> => {
    const source = await read('bookshop', from)
    expect(source).to.have.length(rows.length)
    const target = await read('catalog', from)
    const differing = source.flatMap((row, at) =>
      columns
        .filter((name) => row[name] !== target[at]?.[name])
        .map((name) => `${name} ${row[name]} became ${target[at]?.[name]}`),
    )
    expect(differing).to.deep.equal([])
  }

  it('keeps every edge value that is inserted', async () => {
    await insert(100)
    await shelf.feeds.settle('shelf')
    await equal(100)
  })

  it('keeps every edge value that is updated', async () => {
    for (const n of rows) {
      await shelf.feeds.monolith.execute(
        `INSERT INTO bookshop.shelf_types (id) VALUES (${200 + n})`,
      )
    }
    for (const n of rows) {
      const assigned = columns.map((name, at) => `${name} = ${rowValues(n)[at]}`).join(', ')
      await shelf.feeds.monolith.execute(
        `UPDATE bookshop.shelf_types SET ${assigned} WHERE id = ${200 + n}`,
      )
    }
    await shelf.feeds.settle('shelf')
    await equal(200)
  })

  it('keeps every edge value that is read by a snapshot', async () => {
    await insert(300)
    // The zero year alone is lossy there: Debezium's reader makes it 2000.
    await shelf.feeds.monolith.execute('UPDATE bookshop.shelf_types SET yr = 1999 WHERE yr = 0')
    await shelf.feeds.settle('shelf')
    await shelf.feeds.conductor.service.session(async (session) => {
      await session.execute(
        'SET @matapalo_term = (SELECT term FROM matapalo.fence_shelf WHERE id = 1)',
      )
      await session.execute('DELETE FROM catalog.shelf_types WHERE id BETWEEN 300 AND 309')
    })
    const before = await readApplierState(shelf.feeds.services, 'shelf', 'forward')
    await shelf.feeds.monolith.execute(
      `INSERT INTO matapalo.debezium_signal VALUES (UUID(), 'execute-snapshot',
         '{"data-collections": ["bookshop.shelf_types"], "type": "incremental"}')`,
    )
    const [all] = await shelf.feeds.monolith.query('SELECT COUNT(*) AS n FROM bookshop.shelf_types')
    await until(
      async () => {
        const state = await readApplierState(shelf.feeds.services, 'shelf', 'forward')
        return (state?.snapshotRows ?? 0n) >= (before?.snapshotRows ?? 0n) + BigInt(Number(all?.n))
      },
      { timeoutMs: 20_000 },
    )
    await equal(300)
  })
})
