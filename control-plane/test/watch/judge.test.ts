import { readFileSync } from 'node:fs'
import { applierServerId } from '@matapalo/cdc/names'
import { type Manifest, parseManifest } from '@matapalo/core'
import { expect } from 'chai'
import { accountLine, refusalLine, spanningLine } from '../../src/watch/judge.ts'
import { spanningOf, withoutValues } from '../../src/watch/spanning.ts'

const file = 'services/catalog/manifest.yaml'
const yaml = readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8')
const parsed = (text: string): Manifest => {
  const read = parseManifest(text, file)
  if ('problems' in read) throw new Error(read.problems.map(({ message }) => message).join('; '))
  return read.manifest
}
const catalog = parsed(yaml)
const nobody = parsed(yaml.replace(/^jobs:\n.*\n/m, ''))
const withJob = (job: string): Manifest =>
  parsed(yaml.replace(/^jobs:\n.*\n/m, `jobs:\n  nightly: ${job}\n`))

const checkout = {
  serverId: 101,
  tables: ['bookshop.orders', 'bookshop.order_items', 'bookshop.books'],
  statements: {
    'bookshop.orders': 'INSERT INTO orders VALUES (1)',
    'bookshop.books': "UPDATE books SET stock = stock - 1 WHERE id = 7 AND title = 'it''s'",
  },
}
const line = (manifest: Manifest, group = [manifest], others: readonly Manifest[] = []) =>
  spanningLine(manifest, 'monolith', group, others, spanningOf([checkout], manifest, 'monolith'))

describe('spanningOf', () => {
  it('finds the transaction of a checkout, and leaves its values out', () => {
    expect(spanningOf([checkout, checkout], catalog, 'monolith')).to.deep.equal([
      {
        tables: ['bookshop.books', 'bookshop.order_items', 'bookshop.orders'],
        statement: 'UPDATE books SET stock = stock - ? WHERE id = ? AND title = ?',
        seen: 2,
      },
    ])
  })

  it('passes over our own sessions, the toolkit’s tables and what stays inside or outside', () => {
    const quiet = [
      { ...checkout, serverId: applierServerId },
      { ...checkout, tables: ['bookshop.books', 'matapalo.marker_catalog'] },
      { ...checkout, tables: ['bookshop.books', 'bookshop.stock_movements'] },
      { ...checkout, tables: ['bookshop.orders', 'bookshop.carts'] },
    ]
    expect(spanningOf(quiet, catalog, 'monolith')).to.deep.equal([])
  })
})

describe('withoutValues', () => {
  it('keeps names and keywords', () => {
    const sql = `INSERT INTO t1 (a, b) VALUES (-1.5, "x\\"y"),\n (0xFF, '')`
    expect(withoutValues(sql)).to.equal('INSERT INTO t1 (a, b) VALUES (-?, ?), (?, ?)')
  })
})

describe('spanningLine', () => {
  it('names both sides of the transaction, the statement and the remedy', () => {
    expect(line(catalog)).to.match(
      /^1 transaction\(s\) wrote bookshop\.books together with bookshop\.order_items, bookshop\.orders, .*last: UPDATE books .*run: matapalo prepare catalog$/,
    )
  })

  it('asks for one transfer when the other tables are another domain’s, and passes then', () => {
    const [books] = catalog.tables
    if (books === undefined) throw new TypeError('no tables')
    const tables = ['orders', 'order_items'].map((source) => ({ ...books, source }))
    const orders: Manifest = { ...catalog, domain: 'orders', tables }
    expect(line(catalog, [catalog], [orders])).to.contain('move orders in the same transfer')
    expect(line(catalog, [catalog, orders])).to.equal(null)
  })

  it('passes over a job that declares all the tables it writes, and no other', () => {
    const all = '{ why: known, tables: [books, orders, order_items] }'
    expect(line(withJob(all))).to.equal(null)
    expect(line(withJob('{ why: known, tables: [books, orders] }'))).to.not.equal(null)
    expect(line(withJob('known for years'))).to.not.equal(null)
  })

  it('lets a service keep tables of its own', () => {
    const own = { ...checkout, tables: ['catalog.product', 'catalog.outbox'] }
    const seen = spanningOf([own], catalog, 'service')
    expect(seen).to.have.length(1)
    expect(spanningLine(catalog, 'service', [catalog], [], seen)).to.equal(null)
  })
})

describe('accountLine', () => {
  const grant = (account: string, schema = 'bookshop') => ({
    grantee: `'${account}'@'%'`,
    account,
    schema,
    table: '*',
    privilege: 'UPDATE',
  })
  const told = (
    now: Record<string, number>,
    manifest = catalog,
    before: Record<string, number> = { cron: 5 },
  ) =>
    accountLine(
      manifest,
      'monolith',
      [grant('cron'), grant('bookshop'), grant('wiki', 'wiki')],
      ['matapalo_applier'],
      before,
      now,
    )

  it('names an account that may write and has written since', () => {
    expect(told({ cron: 9 }))
      .to.contain('account cron may write bookshop.categories')
      .and.contain('4 row')
    expect(told({ cron: 3 }), 'after a restart').to.contain('3 row')
  })

  it('passes over those that were idle, may not, are the application or declared', () => {
    expect(told({ cron: 5, wiki: 9, bookshop: 99, matapalo_applier: 7 })).to.equal(null)
    expect(told({ cron: 9 }, withJob('{ why: known, account: cron }'))).to.equal(null)
  })
})

describe('refusalLine', () => {
  const refused = {
    table: 'books',
    op: 'UPDATE',
    account: 'bookshop@10.0.0.7',
    statement: 'UPDATE books SET stock = 25',
    at: '2026-11-22 03:00:00.000000',
  }

  it('names a writer that the fence met and nobody declared', () => {
    expect(refusalLine(nobody, 'monolith', [refused])).to.match(
      /UPDATE on books by bookshop@10\.0\.0\.7 \(UPDATE books SET stock = \?\)/,
    )
    expect(refusalLine(catalog, 'monolith', [refused])).to.equal(null)
  })
})
