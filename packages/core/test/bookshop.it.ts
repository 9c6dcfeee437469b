/**
 * The example's own manifest against the example's own tables.
 *
 * @module
 */
import { readFileSync } from 'node:fs'
import {
  loadAppTriggers,
  loadForeignKeys,
  loadGrants,
  loadServer,
  loadShapes,
} from '@matapalo/cdc/shapes'
import {
  type CompiledTable,
  checkGrants,
  checkManifest,
  checkServer,
  compileMapping,
  type Manifest,
  type Project,
  parseManifest,
  parseProject,
  type Row,
  type SchemaFacts,
} from '@matapalo/core'
import { type Db, openDb } from '@matapalo/runtime'
import { expect } from 'chai'
import { sharedStack } from '../../../scripts/src/stack/testing.ts'

const root = new URL('../../../', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, root), 'utf8')

function examples(): { readonly manifest: Manifest; readonly project: Project } {
  const manifest = parseManifest(read('services/catalog/manifest.yaml'), 'manifest.yaml')
  const project = parseProject(read('matapalo.yaml'), 'matapalo.yaml')
  if ('problems' in manifest || 'problems' in project) throw new TypeError('not parsed')
  return { ...manifest, ...project }
}

const factsOf = async (db: Db, schema: string): Promise<SchemaFacts> => ({
  shapes: await loadShapes(db, schema),
  foreignKeys: await loadForeignKeys(db, schema),
  triggers: await loadAppTriggers(db, schema),
})

const accounts = {
  conductor: 'matapalo_conductor',
  applier: 'matapalo_applier',
  feed: 'matapalo_feed',
}

describe('the catalog manifest on the bookshop', () => {
  const { manifest, project } = examples()
  let monolith: Db
  let services: Db
  let source: SchemaFacts
  let target: SchemaFacts

  before(async function () {
    this.timeout(90_000)
    const { urls } = await sharedStack('monolith-db', 'services-db')
    monolith = openDb({ url: new URL(urls['monolith-db.root'] ?? ''), poolSize: 1 })
    services = openDb({ url: new URL(urls['services-db.root'] ?? ''), poolSize: 1 })
    source = await factsOf(monolith, 'bookshop')
    target = await factsOf(services, 'catalog')
  })

  after(async () => {
    await monolith?.close()
    await services?.close()
  })

  it('fits both schemas', () => {
    expect(checkManifest(manifest, { source, target })).to.deep.equal([])
  })

  it('finds servers and grants as it needs them', async () => {
    const sides = [
      { side: 'monolith', db: monolith, schema: 'bookshop' },
      { side: 'service', db: services, schema: 'catalog' },
    ] as const
    for (const { side, db, schema } of sides) {
      expect(checkServer(project, side, await loadServer(db))).to.deep.equal([])
      const grants = await loadGrants(db, [schema])
      expect(checkGrants(manifest, side, grants, accounts)).to.deep.equal([])
    }
  })

  it('maps a row of each table so that both sides have the same texts', async () => {
    const rows: Readonly<Record<string, Row>> = {
      categories: {
        id: '900001',
        parent_id: null,
        name: 'Niños y jóvenes',
        slug: 'test-ninos',
        position: '3',
        visible: 'N',
      },
      books: {
        id: '4000000001',
        isbn: null,
        title: '百年孤独 – «Cien años» ',
        author: 'García Márquez',
        description: 'a\nb\\c',
        category_id: null,
        price: '12345678.90',
        status: 'P',
        stock: '-3',
        low_stock: '3',
        sold: '0',
        is_featured: '1',
        attributes: '{ "year": 1967, "pages": 4.71e2 }',
        published: '0967-05-30',
        weight_g: '65535',
        cover_url: '',
        cover_cache: null,
        reference: 'core:bookshop.it',
        created: '2026-11-21 23:59:59',
        updated: '1992-12-31 23:59:59',
      },
      price_changes: {
        id: '9007199254740993',
        book_id: '4000000001',
        old_price: '0.01',
        new_price: '-0.01',
        reference: null,
        changed_by: null,
        changed: '2026-02-28 22:00:00',
      },
      stock_movements: {
        id: '9007199254740995',
        book_id: '4000000001',
        delta: '-1',
        reason: '5',
        reference: 'core',
        created: '2026-12-31 20:00:00',
      },
      stock_reservations: {
        order_ref: 'Ñandú ',
        book_id: '4000000001',
        quantity: '2',
        state: '3',
        expires: '2026-11-21 18:05:09',
        created: '2026-11-21 18:05:09',
        updated: '2026-11-21 18:05:09',
      },
    }
    const insert = async (db: Db, schema: string, table: string, row: Row) => {
      const columns = Object.keys(row)
      const marks = columns.map(() => '?').join(', ')
      const sql = `INSERT INTO ${schema}.${table} (${columns.join(', ')}) VALUES (${marks})`
      await db.execute(sql, Object.values(row))
    }
    const texts = async (
      db: Db,
      name: string,
      sql: Readonly<Record<string, string>>,
      key: Row,
    ): Promise<unknown> => {
      const columns = Object.entries(sql).map(([column, text]) => `${text} AS \`${column}\``)
      const where = Object.keys(key).map((column) => `t.\`${column}\` = ?`)
      const found = await db.query(
        `SELECT ${columns.join(', ')} FROM ${name} t WHERE ${where.join(' AND ')}`,
        Object.values(key),
      )
      return found
    }
    const keyOf = (table: CompiledTable, row: Row): Row =>
      Object.fromEntries(table.keyColumns.map((column) => [column, row[column] ?? null]))

    const done: { readonly db: Db; readonly name: string; readonly key: Row }[] = []
    await monolith.execute('SET foreign_key_checks = 0')
    await services.execute('SET foreign_key_checks = 0')
    try {
      for (const mapping of manifest.tables) {
        const row = rows[mapping.source] ?? {}
        const shape = source.shapes.find(({ table }) => table === mapping.source)
        if (!shape) throw new TypeError('no shape')
        expect(Object.keys(row), 'the test knows every column').to.have.members(
          shape.columns.map(({ name }) => name),
        )
        const table = compileMapping(mapping, shape, target.shapes)
        const key = keyOf(table, row)
        await insert(monolith, 'bookshop', mapping.source, row)
        done.push({ db: monolith, name: `bookshop.${mapping.source}`, key })
        const keys = table.forwardKey(key)
        for (const [index, mapped] of table.forward(row).entries()) {
          const targetKey = keys[index]?.key ?? {}
          await insert(services, 'catalog', mapped.table, mapped.row)
          done.push({ db: services, name: `catalog.${mapped.table}`, key: targetKey })
          const there = table.sqlForward(mapped.table, 't')
          const here = table.sqlTarget(mapped.table, 't')
          expect(await texts(services, `catalog.${mapped.table}`, here, targetKey))
            .to.deep.equal(await texts(monolith, `bookshop.${mapping.source}`, there, key))
            .and.to.have.length(1)
        }
      }
    } finally {
      for (const { db, name, key } of done.reverse()) {
        const where = Object.keys(key).map((column) => `\`${column}\` = ?`)
        await db.execute(`DELETE FROM ${name} WHERE ${where.join(' AND ')}`, Object.values(key))
      }
    }
  })
})
