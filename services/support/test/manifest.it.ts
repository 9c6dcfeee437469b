/**
 * The manifest against the old shop's tables and this service's: nothing is forgotten, and the one thing
 * that has to be mended first is the cascade, whose statement is printed and works.
 *
 * @module
 */
import { readFileSync } from 'node:fs'
import { loadAppTriggers, loadForeignKeys, loadShapes } from '@matapalo/cdc/shapes'
import { checkManifest, parseManifest, type SchemaFacts } from '@matapalo/core'
import { type Db, openDb } from '@matapalo/runtime'
import { expect } from 'chai'
import { suiteStack } from '../../../scripts/src/stack/testing.ts'
import { openStore, type Store } from './store.ts'

const factsOf = async (db: Db, schema: string): Promise<SchemaFacts> => ({
  shapes: await loadShapes(db, schema),
  foreignKeys: await loadForeignKeys(db, schema),
  triggers: await loadAppTriggers(db, schema),
})

describe('the support manifest', function () {
  this.timeout(90_000)
  const running = suiteStack({ name: 'support-manifest', only: ['monolith-db', 'services-db'] })
  let store: Store
  let monolith: Db
  let services: Db

  before(async () => {
    const stack = await running.get()
    store = await openStore(stack)
    await store.root.raw('DROP TRIGGER seen_event')
    await store.root.raw('DROP TABLE seen_event')
    monolith = openDb({ url: new URL(stack.urls['monolith-db.root'] ?? ''), poolSize: 1 })
    services = openDb({ url: new URL(stack.urls['services-db.root'] ?? ''), poolSize: 1 })
  })
  after(async () => {
    await Promise.all([monolith?.close(), services?.close(), store?.close()])
  })

  const problems = async () => {
    const text = readFileSync(new URL('../manifest.yaml', import.meta.url), 'utf8')
    const parsed = parseManifest(text, 'manifest.yaml')
    if ('problems' in parsed) throw new TypeError(JSON.stringify(parsed.problems))
    const source = await factsOf(monolith, 'bookshop')
    const target = await factsOf(services, 'support')
    return checkManifest(parsed.manifest, { source, target })
  }

  it('is refused for the cascade alone, and fits once the printed statement ran', async () => {
    const [first, ...more] = await problems()
    expect(more).to.deep.equal([])
    expect(first?.message).to.contain('ticket_messages_ticket').and.to.contain('ON DELETE CASCADE')
    const ddl = /run: (ALTER TABLE .*;)$/.exec(first?.remedy ?? '')?.[1]
    await monolith.execute(ddl ?? '')
    expect(await problems()).to.deep.equal([])
  })
})
