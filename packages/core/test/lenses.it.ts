/**
 * Lens code and lens SQL mean the same on two real servers: the cases of mapping/cases, and random
 * values where the edges are not known.
 *
 * @module
 */
import { type CompiledTable, LensError, type SqlValue } from '@matapalo/core'
import { type Db, openDb } from '@matapalo/runtime'
import { expect } from 'chai'
import { sharedStack } from '../../../scripts/src/stack/testing.ts'
import { compiled, type LensCase, lensCases } from './mapping/cases.ts'
import { randomCases } from './mapping/randomCases.ts'

const strict = "SET sql_mode = 'STRICT_TRANS_TABLES,NO_AUTO_VALUE_ON_ZERO'"

describe('lenses on two servers', () => {
  let source: Db
  let target: Db

  before(async function () {
    this.timeout(90_000)
    const { urls } = await sharedStack('monolith-db', 'services-db')
    const open = (url: string | undefined) =>
      openDb({ url: new URL(url ?? ''), poolSize: 1, onConnect: [strict] })
    source = open(urls['monolith-db.root'])
    target = open(urls['services-db.root'])
    await source.execute('CREATE DATABASE old_shop')
    await target.execute('CREATE DATABASE new_shop')
  })

  after(async () => {
    for (const [db, schema] of [
      [source, 'old_shop'],
      [target, 'new_shop'],
    ] as const) {
      await db?.execute(`DROP DATABASE IF EXISTS ${schema}`)
      await db?.close()
    }
  })

  const fill = async (db: Db, table: string, type: string, values: readonly SqlValue[]) => {
    await db.execute(`CREATE OR REPLACE TEMPORARY TABLE ${table} (id INT PRIMARY KEY, v ${type})
      DEFAULT CHARSET utf8mb4 COLLATE utf8mb4_unicode_ci`)
    const rows = values.map((_, index) => `(${index}, ?)`)
    if (rows.length > 0) await db.execute(`INSERT INTO ${table} VALUES ${rows.join(', ')}`, values)
  }

  /** The canonical texts of a table's rows, in order. */
  const texts = async (db: Db, table: string, sql: string): Promise<readonly SqlValue[]> => {
    const rows = await db.query(`SELECT ${sql} AS text FROM ${table} ORDER BY id`)
    return rows.map(({ text }) => (typeof text === 'number' ? String(text) : (text ?? null)))
  }

  const forwardSql = (table: CompiledTable) => table.sqlForward('new').v ?? ''
  const targetSql = (table: CompiledTable) => table.sqlTarget('new').v ?? ''

  /** Holds both ways of one case against both servers. */
  async function hold(lens: LensCase): Promise<void> {
    const table = compiled(lens)
    const olds = [...lens.fits.map(([old]) => old), ...(lens.returns ?? []).map(([, old]) => old)]
    const news = [
      ...lens.fits.map(([, next]) => next),
      ...(lens.returns ?? []).map(([next]) => next),
    ]
    await fill(source, 'old_shop.old', lens.source, olds)
    await fill(target, 'new_shop.new', lens.target, news)

    const there = await texts(source, 'old_shop.old', forwardSql(table))
    const here = await texts(target, 'new_shop.new', targetSql(table))
    expect(there, 'source through the lens in SQL').to.deep.equal(here)
    expect(there.map((text) => text === null)).to.deep.equal(news.map((value) => value === null))

    // What code makes of the values as they are stored is what the target stores.
    const stored = await texts(source, 'old_shop.old', 'v')
    const made = stored.map((v) => table.forward({ id: '0', v })[0]?.row.v ?? null)
    await fill(target, 'new_shop.new', lens.target, made)
    expect(await texts(target, 'new_shop.new', targetSql(table)), 'code').to.deep.equal(there)

    // And back: what code returns from the target compares equal at the source.
    const returned = (await texts(target, 'new_shop.new', 'v')).map(
      (v) => table.backward('new', { id: '0', v }).v ?? null,
    )
    await fill(source, 'old_shop.old', lens.source, returned)
    expect(await texts(source, 'old_shop.old', forwardSql(table)), 'back').to.deep.equal(there)
  }

  for (const lens of lensCases) {
    it(`${lens.name}: code and SQL of both sides agree`, async () => {
      await hold(lens)
    })

    if (!lens.refused) continue
    it(`${lens.name}: what code refuses equals nothing in SQL`, async () => {
      const table = compiled(lens)
      await fill(source, 'old_shop.old', lens.source, lens.refused ?? [])
      for (const text of await texts(source, 'old_shop.old', forwardSql(table))) {
        expect(text).to.match(/^matapalo: outside the lens: /)
      }
    })
  }

  for (const { name, lens } of randomCases) {
    it(`${name}: code and SQL of both sides agree on random values`, async () => {
      const table = compiled({ ...lens, fits: [] })
      const fitting = lens.values.flatMap((v) => {
        try {
          return [[v, table.forward({ id: '0', v })[0]?.row.v ?? null] as const]
        } catch (error) {
          if (error instanceof LensError) return []
          throw error
        }
      })
      expect(fitting.length).to.be.greaterThan(lens.values.length / 2)
      await hold({ ...lens, fits: fitting })
    })
  }

  for (const [oldType, newType, bytes, hex] of [
    ['VARBINARY(8)', 'BLOB', [0, 255, 0], '00FF00'],
    ['BINARY(4)', 'BINARY(4)', [1, 0, 0, 0], '01000000'],
    ['BIT(12)', 'BIT(12)', [1, 255], '01FF'],
    ['BIT(1)', 'BIT(1)', [1], '01'],
    ['BIT(64)', 'BIT(64)', [128, 0, 0, 0, 0, 0, 0, 1], '8000000000000001'],
  ] as const) {
    it(`${oldType} to ${newType}: bytes compare as hex`, async () => {
      const value = new Uint8Array(bytes)
      const lens = { name: '', source: oldType, target: newType, rule: {}, fits: [] }
      const table = compiled(lens)
      await fill(source, 'old_shop.old', oldType, [value, null])
      const made = table.forward({ id: '0', v: value })[0]?.row.v ?? null
      await fill(target, 'new_shop.new', newType, [made, null])
      expect(await texts(source, 'old_shop.old', forwardSql(table))).to.deep.equal([hex, null])
      expect(await texts(target, 'new_shop.new', targetSql(table))).to.deep.equal([hex, null])
    })
  }

  it('different values have different texts', async () => {
    for (const lens of lensCases.filter(({ rule }) => !('json' in rule) && !('lossy' in rule))) {
      const values = lens.fits.map(([old]) => old)
      await fill(source, 'old_shop.old', lens.source, values)
      const there = await texts(source, 'old_shop.old', forwardSql(compiled(lens)))
      expect(new Set(there).size, lens.name).to.equal(values.length)
    }
  })
})
