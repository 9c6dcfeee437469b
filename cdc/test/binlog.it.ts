import {
  type BinlogPlace,
  binlogHead,
  type LoggedTransaction,
  readBinlog,
} from '@matapalo/cdc/shapes'
import { expect } from 'chai'
import { startDatabase, type TestDatabase } from './database.ts'

describe('readBinlog', function () {
  this.timeout(30_000)
  let server: TestDatabase

  before(async () => {
    server = await startDatabase()
    for (const table of ['books', 'orders'])
      await server.root.execute(
        `CREATE TABLE ${server.schema}.${table} (id INT PRIMARY KEY, n INT)`,
      )
  })
  after(() => server?.stop())

  const head = async (): Promise<BinlogPlace> => {
    const place = await binlogHead(server.conductor)
    if (place === null) throw new Error('no binary log')
    return place
  }
  /** From a place to the head, in slices; only the test's own tables. */
  const readAll = async (from: BinlogPlace, limit: number) => {
    const all: LoggedTransaction[] = []
    for (let at = from; ; ) {
      const slice = await readBinlog(server.conductor, at, limit)
      if (slice === null) return null
      all.push(...slice.transactions)
      if (slice.next.file === at.file && slice.next.pos === at.pos) break
      at = slice.next
    }
    const own = (name: string): boolean => name.startsWith(`${server.schema}.`)
    return all
      .map(({ tables }) => tables.filter(own).map((name) => name.slice(server.schema.length + 1)))
      .filter((tables) => tables.length > 0)
  }

  it('names the tables of each transaction, through a rotation and in slices of any size', async () => {
    const from = await head()
    const { app, root } = server
    await app.transaction(async (session) => {
      for (let id = 1; id <= 20; id += 1)
        await session.execute('INSERT INTO orders VALUES (?, 1)', [id])
      await session.execute('INSERT INTO books VALUES (1, 1)')
    })
    await root.execute('FLUSH BINARY LOGS')
    await app.execute('UPDATE books SET n = 2')
    await app
      .transaction(async (session) => {
        await session.execute('INSERT INTO orders VALUES (99, 1)')
        throw new Error('rolled back')
      })
      .catch(() => undefined)
    // An UPDATE that reads another table writes only one of them.
    await app.execute('UPDATE books b JOIN orders o ON o.id = b.id SET b.n = 3')
    for (const limit of [3, 10, 10_000])
      expect(await readAll(from, limit), `${limit} events at a time`).to.deep.equal([
        ['orders', 'books'],
        ['books'],
        ['books'],
      ])
  })

  it('finds nothing at the head, and says when a file is gone', async () => {
    expect(await readAll(await head(), 100)).to.deep.equal([])
    const gone = { file: 'binlog.999999', pos: '4' }
    expect(await readBinlog(server.conductor, gone, 100)).to.equal(null)
  })
})
