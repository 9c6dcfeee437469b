import type { Row } from '@matapalo/core'
import { type Db, openDb, sleep } from '@matapalo/runtime'
import { expect } from 'chai'
import { ensureToolkitTables } from '../../src/schema.ts'
import {
  compareKeys,
  loadPairs,
  type Pair,
  type Stores,
  sweepKeys,
  verifyTable,
} from '../../src/verification.ts'
import { startDatabase, type TestDatabase } from '../database.ts'
import { copyRow, createTables, type LateCopier, manifestOf, startCopier } from './shop.ts'

const books = 10_000

/** Each makes exactly one row of one target table wrong; `?` is the row's key. */
const corruptions: readonly string[] = [
  'UPDATE product SET price_cents = price_cents + 1 WHERE id = ?',
  'UPDATE product SET price_cents = -price_cents WHERE id = ?',
  "UPDATE product SET title = CONCAT(title, ' ') WHERE id = ?",
  'UPDATE product SET title = UPPER(title) WHERE id = ?',
  "UPDATE product SET title = REPLACE(title, 'ą', 'a') WHERE id = ?",
  "UPDATE product SET title = REPLACE(title, ' ', CONVERT(X'C2A0' USING utf8mb4)) WHERE id = ?",
  "UPDATE product SET isbn = IF(isbn IS NULL, '', NULL) WHERE id = ?",
  "UPDATE product SET status = IF(status = 'active', 'discontinued', 'active') WHERE id = ?",
  'UPDATE product SET visible = 1 - visible WHERE id = ?',
  "UPDATE product SET attributes = IF(attributes IS NULL, '{}', NULL) WHERE id = ?",
  "UPDATE product SET attributes = JSON_SET(COALESCE(attributes, '{}'), '$.pages', -1) WHERE id = ?",
  'UPDATE product SET created_at = created_at + INTERVAL 1 SECOND WHERE id = ?',
  'UPDATE product SET created_at = created_at - INTERVAL 5 HOUR WHERE id = ?',
  'DELETE FROM product WHERE id = ?',
  'DELETE FROM inventory WHERE product_id = ?',
  'UPDATE inventory SET quantity = quantity + 1 WHERE product_id = ?',
  'UPDATE inventory SET quantity = 0 - quantity - 1 WHERE product_id = ?',
]

describe('verification', function () {
  this.timeout(120_000)
  let server: TestDatabase
  let target: Db
  let stores: Stores
  let targetStore: { readonly db: Db; readonly schema: string }
  let pairs: readonly Pair[]
  let copier: LateCopier
  let pair: Pair

  before(async () => {
    server = await startDatabase()
    const schema = `${server.schema}_service`
    await server.root.execute(`CREATE DATABASE ${schema} DEFAULT CHARSET utf8mb4`)
    const at = (name: string): Db => openDb({ url: server.rootUrl(name), poolSize: 6 })
    target = at(schema)
    const source = at(server.schema)
    targetStore = { db: target, schema }
    stores = { monolith: { db: source, schema: server.schema }, service: targetStore }
    await createTables(source, target, books)
    pairs = await loadPairs(stores, manifestOf(server.schema, schema))
    pair = pairs[0] as Pair
    await target.execute(
      `INSERT INTO product SELECT id, isbn, title, price * 100, IF(status = 'A', 'active', 'discontinued'),
         visible = 'Y', attributes, created + INTERVAL 5 HOUR FROM ${server.schema}.books`,
    )
    await target.execute(`INSERT INTO line SELECT * FROM ${server.schema}.lines`)
    await target.execute(`INSERT INTO inventory SELECT id, stock FROM ${server.schema}.books`)
    copier = startCopier(stores.monolith, targetStore, 20)
  })
  after(async () => {
    await copier?.stop()
    await server?.root.execute(`DROP DATABASE ${targetStore.schema}`)
    await target?.close()
    await (stores?.monolith.db as Db | undefined)?.close()
    await server?.stop()
  })

  const bookKey = (id: number): Row => ({ id: String(id) })

  /** Writers on books above 1000: updates, inserts and deletes, until `work` is done. */
  const underWrites = async <T>(work: () => Promise<T>): Promise<{ value: T; writes: number }> => {
    let stop = false
    let writes = 0
    const source = stores.monolith.db as Db
    const writer = async (lane: number): Promise<void> => {
      for (let turn = 0; !stop; turn++) {
        const id = 1001 + ((turn * 7919 + lane * 104729) % (books - 1000))
        if (turn % 10 === 9) await source.execute('DELETE FROM books WHERE id = ?', [id])
        else if (turn % 10 === 8) {
          const made = await source.execute(
            "INSERT INTO books (title, price, status, visible, stock, created) VALUES ('new', 1, 'A', 'Y', 1, NOW())",
          )
          copier.changed(pair, { id: made.insertId })
        } else {
          await source.execute(
            'UPDATE books SET price = price + 0.01, stock = stock + 1 WHERE id = ?',
            [turn % 3 === 0 ? 1500 : id],
          )
        }
        copier.changed(pair, bookKey(turn % 3 === 0 ? 1500 : id))
        copier.changed(pair, bookKey(id))
        writes += 1
        await sleep(15)
      }
    }
    const writers = [0, 1, 2].map(writer)
    try {
      return { value: await work(), writes }
    } finally {
      stop = true
      await Promise.all(writers)
    }
  }

  const verify = (one: Pair = pair, chunkRows = 2_000) =>
    verifyTable(stores, one, { owner: 'monolith', settle: copier.settle, chunkRows })

  it('raises no false alarm while both sides are written to, three times', async () => {
    let writes = 0
    for (let run = 0; run < 3; run++) {
      const done = await underWrites(() => verify(pair, 500))
      expect(done.value.differences).to.deep.equal([])
      expect(done.value.undecided).to.equal(0)
      expect(done.value.rows).to.be.above(books - 1_000)
      writes += done.writes
    }
    // Else nothing was raced.
    expect(writes).to.be.above(15)
  })

  it('finds 50 of 50 corruptions of many kinds under writes, and nothing else', async () => {
    const wrong = new Set<number>()
    for (let n = 0; n < 45; n++) {
      const id = 3 + n * 19
      const sql = corruptions[n % corruptions.length] ?? ''
      const { affectedRows } = await target.execute(sql, [id])
      expect(affectedRows, `${sql} on ${id}`).to.equal(1)
      wrong.add(id)
    }
    // The same change at the same place in two rows of equal length: XOR alone would not see it.
    for (const id of [900, 901]) {
      await target.execute("UPDATE product SET title = REPLACE(title, 'K', 'J') WHERE id = ?", [id])
      wrong.add(id)
    }
    for (const id of [4_000_000, 4_000_001]) {
      await target.execute('INSERT INTO inventory VALUES (?, 1)', [id])
      wrong.add(id)
    }
    await target.execute(
      "INSERT INTO product VALUES (4000002, NULL, 'x', 1, 'active', 1, NULL, NOW())",
    )
    wrong.add(4_000_002)
    expect(wrong.size).to.equal(50)

    const { value, writes } = await underWrites(() => verify())
    expect(writes, 'writes raced').to.be.above(15)
    const found = value.differences.map(({ key }) => Number(key.id))
    expect(found.sort((a, b) => a - b)).to.deep.equal([...wrong].sort((a, b) => a - b))
    expect(value.undecided).to.equal(0)
    const priced = value.differences.find(({ key }) => key.id === '3')
    expect(priced).to.include({ target: 'product', kind: 'different' })
    expect(priced?.columns).to.deep.equal(['price_cents'])
    expect(priced?.rows?.monolith?.price_cents).to.equal('3')

    await copier.settle()
    const begun = performance.now()
    const compared = await compareKeys(
      stores,
      pairs,
      'monolith',
      new Map([['books', [...wrong].slice(0, 20).map(bookKey)]]),
    )
    expect(compared.length).to.equal(20)
    expect(performance.now() - begun).to.be.below(500)

    for (const id of wrong) await copyRow(stores.monolith, targetStore, pair, bookKey(id))
    await target.execute('DELETE FROM inventory WHERE product_id >= 4000000')
    await target.execute('DELETE FROM product WHERE id >= 4000000')
    expect((await verify()).differences).to.deep.equal([])
  })

  it('sees no difference in JSON that says the same', async () => {
    await target.execute(
      `UPDATE product SET attributes = '{"tags":["a",  "é"],"pages":3.0}' WHERE id = 3`,
    )
    expect((await verify()).differences).to.deep.equal([])
  })

  it('walks composite and textual keys, and finds what is missing, extra and different', async () => {
    const lines = pairs[1] as Pair
    expect((await verify(lines, 500)).differences).to.deep.equal([])
    await target.execute("DELETE FROM line WHERE order_ref = 'order-77' AND line_no = 1")
    await target.execute(
      "UPDATE line SET quantity = 0 WHERE order_ref = 'order-500' AND line_no = 2",
    )
    await target.execute("INSERT INTO line VALUES ('order-9999', 7, 1)")
    const { differences } = await verify(lines, 500)
    expect(differences.map(({ key, kind }) => [key.ref, key.line, kind])).to.have.deep.members([
      ['order-77', '1', 'missing'],
      ['order-500', '2', 'different'],
      ['order-9999', '7', 'extra'],
    ])
  })

  it('compares tens of keys in milliseconds', async () => {
    const keys = Array.from({ length: 50 }, (_, n) => bookKey(10 + n))
    await compareKeys(stores, pairs, 'monolith', new Map([['books', keys]]))
    const begun = performance.now()
    const found = await compareKeys(stores, pairs, 'monolith', new Map([['books', keys]]))
    expect(found).to.deep.equal([])
    expect(performance.now() - begun).to.be.below(50)
  })

  it('verifies in the other direction when the service owns the domain', async () => {
    await copier.settle()
    await target.execute('UPDATE inventory SET quantity = quantity + 5 WHERE product_id = 40')
    await target.execute(
      "INSERT INTO product VALUES (5000000, NULL, 'x', 1, 'active', 1, NULL, NOW())",
    )
    const { differences } = await verifyTable(stores, pair, {
      owner: 'service',
      settle: copier.settle,
    })
    expect(differences.map(({ key, target: table, kind }) => [key.id, table, kind])).to.deep.equal([
      ['40', 'inventory', 'different'],
      ['5000000', 'product', 'missing'],
    ])
  })

  it('sweeps keys that the owner no longer has, and keeps the others', async () => {
    await copier.settle()
    await target.execute('DELETE FROM product WHERE id = 5000000')
    await ensureToolkitTables(server.conductor, 'shop')
    const source = stores.monolith.db as Db
    await source.execute('DELETE FROM books WHERE id BETWEEN 500 AND 519')
    await source.execute("DELETE FROM `lines` WHERE ref = 'order-500'")
    const [before] = await target.query('SELECT COUNT(*) AS n FROM product')
    const swept = await sweepKeys(stores, pairs, {
      domain: 'shop',
      owner: 'monolith',
      followerDb: target,
      term: 1,
      chunkRows: 1_000,
    })
    expect(swept.removed).to.deep.equal({ product: 20, inventory: 20, line: 4 })
    const [after] = await target.query('SELECT COUNT(*) AS n FROM product')
    expect(Number(before?.n) - Number(after?.n)).to.equal(20)
    expect(
      await sweepKeys(stores, pairs, {
        domain: 'shop',
        owner: 'monolith',
        followerDb: target,
        term: 1,
      }),
    ).to.deep.equal({ removed: {} })
  })
})
