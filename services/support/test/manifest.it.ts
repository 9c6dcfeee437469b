/**
 * The manifest against the old shop's tables and this service's: nothing is forgotten, and the one thing
 * that has to be mended first is the cascade, whose statement is printed and works.
 *
 * @module
 */
import { readFileSync } from 'node:fs'
import { loadAppTriggers, loadForeignKeys, loadShapes } from '@matapalo/cdc/shapes'
import {
  checkManifest,
  compileMapping,
  type Manifest,
  parseManifest,
  type Row,
  type SchemaFacts,
} from '@matapalo/core'
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

  const read = (): Manifest => {
    const text = readFileSync(new URL('../manifest.yaml', import.meta.url), 'utf8')
    const parsed = parseManifest(text, 'manifest.yaml')
    if ('problems' in parsed) throw new TypeError(JSON.stringify(parsed.problems))
    return parsed.manifest
  }
  const problems = async () => {
    const source = await factsOf(monolith, 'bookshop')
    const target = await factsOf(services, 'support')
    return checkManifest(read(), { source, target })
  }

  it('is refused for the cascade alone, and fits once the printed statement ran', async () => {
    const [first, ...more] = await problems()
    expect(more).to.deep.equal([])
    expect(first?.message).to.contain('ticket_messages_ticket').and.to.contain('ON DELETE CASCADE')
    const ddl = /run: (ALTER TABLE .*;)$/.exec(first?.remedy ?? '')?.[1]
    await monolith.execute(ddl ?? '')
    expect(await problems()).to.deep.equal([])
  })

  const at = '2024-02-29 23:59:59'
  const rows: Readonly<Record<string, readonly Row[]>> = {
    tickets: ['0', '1', '2'].map((status, n) => ({
      id: String(900 + n),
      reference: n === 0 ? null : `Ñ-${n}`,
      user_id: '1',
      order_id: n === 0 ? null : '7',
      subject: '“百年” <b>',
      status,
      urgent: n === 1 ? 'Y' : 'N',
      created: at,
      updated: '1992-12-31 23:59:59',
    })),
    ticket_messages: ['0', '1'].map((from, n) => ({
      id: String(900 + n),
      ticket_id: '900',
      user_id: '1',
      reference: n === 0 ? null : 'r',
      from_staff: from,
      body: "a\nb\\c' --",
      created: at,
    })),
    returns: ['0', '1', '2', '3'].map((status, n) => ({
      id: String(900 + n),
      reference: null,
      user_id: '1',
      order_id: '7',
      line: '1',
      quantity: '999',
      reason: ' ',
      status,
      created: at,
    })),
    complaints: ['Y', 'N'].map((resolved, n) => ({
      id: String(900 + n),
      reference: null,
      user_id: '1',
      order_id: null,
      body: 'b',
      resolved,
      created: at,
    })),
    feedback: [null, 'b'].map((body, n) => ({
      id: String(900 + n),
      reference: null,
      user_id: n === 0 ? null : '1',
      book_id: n === 0 ? null : '4294967295',
      rating: '5',
      body,
      created: at,
    })),
  }

  it('maps every status and flag, and the two servers agree on it', async () => {
    const source = await factsOf(monolith, 'bookshop')
    const target = await factsOf(services, 'support')
    for (const db of [monolith, services]) await db.execute('SET foreign_key_checks = 0')
    const insert = (db: Db, table: string, row: Row) => {
      const names = Object.keys(row)
      const sql = `INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`
      return db.execute(sql, Object.values(row))
    }
    const texts = (db: Db, table: string, sql: Readonly<Record<string, string>>) => {
      const columns = Object.entries(sql).map(([name, text]) => `${text} AS \`${name}\``)
      return db.query(
        `SELECT ${columns.join(', ')} FROM ${table} t WHERE t.id >= 900 ORDER BY t.id`,
      )
    }
    for (const mapping of read().tables) {
      const shape = source.shapes.find(({ table }) => table === mapping.source)
      if (!shape) throw new TypeError(`no ${mapping.source}`)
      const compiled = compileMapping(mapping, shape, target.shapes)
      for (const row of rows[mapping.source] ?? []) {
        await insert(monolith, `bookshop.${mapping.source}`, row)
        const mapped = compiled.forward(row)
        for (const one of mapped) await insert(services, `support.${one.table}`, one.row)
      }
      const name = mapping.targets[0]?.table ?? ''
      const here = await texts(services, `support.${name}`, compiled.sqlTarget(name, 't'))
      const there = await texts(
        monolith,
        `bookshop.${mapping.source}`,
        compiled.sqlForward(name, 't'),
      )
      expect(here)
        .to.deep.equal(there)
        .and.to.have.length(rows[mapping.source]?.length ?? 0)
    }
  })
})
