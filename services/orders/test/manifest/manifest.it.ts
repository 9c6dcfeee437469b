/**
 * The manifest against the old shop's tables and this service's.
 *
 * @module
 */
import { readFileSync } from 'node:fs'
import { loadAppTriggers, loadForeignKeys, loadShapes } from '@matapalo/cdc/shapes'
import { checkManifest, parseManifest, type SchemaFacts } from '@matapalo/core'
import { type Db, openDb } from '@matapalo/runtime'
import { expect } from 'chai'
import { parse } from 'yaml'
import { sharedStack } from '../../../../scripts/src/stack/testing.ts'
import { openStore, type Store } from '../store.ts'

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8')

const factsOf = async (db: Db, schema: string): Promise<SchemaFacts> => ({
  shapes: await loadShapes(db, schema),
  foreignKeys: await loadForeignKeys(db, schema),
  triggers: await loadAppTriggers(db, schema),
})

describe('the manifest of orders', function () {
  this.timeout(90_000)
  let store: Store
  let monolith: Db
  let services: Db

  before(async () => {
    const stack = await sharedStack('monolith-db', 'services-db')
    store = await openStore(stack)
    monolith = openDb({ url: new URL(stack.urls['monolith-db.root'] ?? ''), poolSize: 1 })
    services = openDb({ url: new URL(stack.urls['services-db.root'] ?? ''), poolSize: 1 })
  })
  after(async () => {
    await store?.close()
    await monolith?.close()
    await services?.close()
  })

  it('fits both schemas', async () => {
    const parsed = parseManifest(read('../../manifest.yaml'), 'manifest.yaml')
    if ('problems' in parsed) throw new TypeError(JSON.stringify(parsed.problems))
    const source = await factsOf(monolith, 'bookshop')
    const target = await factsOf(services, 'orders')
    expect(checkManifest(parsed.manifest, { source, target })).to.deep.equal([])
  })

  it('names every route that the document describes, and no other', () => {
    const document = parse(read('../../openapi.yaml')) as { paths: Record<string, object> }
    const described = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods)
        .filter((name) => name !== 'parameters')
        .map((name) => `${name.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`),
    )
    const named = (
      parse(read('../../manifest.yaml')) as { routes: { path: string; methods: string[] }[] }
    ).routes.flatMap(({ path, methods }) => methods.map((one) => `${one} ${path}`))
    expect(named).to.have.members(described)
  })

  it('has drain queries that both sides can answer', async () => {
    const { drain } = parse(read('../../manifest.yaml')) as {
      drain: { database: 'service' | 'monolith'; query: string }[]
    }
    expect(drain.map(({ database }) => database)).to.have.members(['service', 'monolith'])
    for (const { database, query } of drain) {
      const db = database === 'service' ? services : monolith
      expect(await db.query(query), database).to.have.length(1)
    }
  })

  it('lists what only the service has', async () => {
    const [rows] = await store.root.raw(
      `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'orders'
        AND table_name NOT LIKE 'schema_migration%' AND table_name <> 'seen_event'`,
    )
    const parsed = parseManifest(read('../../manifest.yaml'), 'manifest.yaml')
    if ('problems' in parsed) throw new TypeError('not parsed')
    const { tables, serviceOnly } = parsed.manifest
    const fed = tables.flatMap((table) => table.targets.map((target) => target.table))
    expect([...fed, ...serviceOnly]).to.have.members(rows.map(({ name }: { name: string }) => name))
  })
})
