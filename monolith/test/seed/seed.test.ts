import { createHash } from 'node:crypto'
import { expect } from 'chai'
import { madeBook, madeIsbn } from '../../src/seed/bookRow.ts'
import type { Loader } from '../../src/seed/load.ts'
import { seedOptions } from '../../src/seed/options.ts'
import { type Cells, userColumns } from '../../src/seed/people.ts'
import { NotEmptyError, seed } from '../../src/seed/seed.ts'

function paper(empty = true) {
  const tables = new Map<string, Cells[]>()
  const loader: Loader = {
    fill: async (table, _columns, rows) => {
      tables.set(table, [...rows])
      return tables.get(table)?.length ?? 0
    },
    isEmpty: async () => empty,
    close: async () => {},
  }
  const digest = () =>
    createHash('sha256')
      .update(JSON.stringify([...tables]))
      .digest('hex')
  return { loader, tables, digest }
}
const options = { books: 600, users: 100, orders: 150, catalogue: null }

describe('seed', () => {
  it('gives the same rows every time', async () => {
    const [first, second] = [paper(), paper()]
    await seed(first.loader, options, null)
    await seed(second.loader, options, null)
    expect(first.digest()).to.equal(second.digest())
  })
  it('makes book 17 the same book however many there are', () => {
    expect(madeBook(17, 70, 0)).to.deep.equal(madeBook(17, 70, 0))
    expect(madeIsbn(1)).to.match(/^9799\d{9}$/)
  })
  it('counts as sold what the orders sold', async () => {
    const { loader, tables } = paper()
    await seed(loader, options, null)
    const sum = (cells: readonly Cells[], at: number) =>
      cells.reduce((all, row) => all + Number(row[at]), 0)
    expect(sum(tables.get('books') ?? [], 10)).to.equal(sum(tables.get('order_items') ?? [], 4))
  })
  it('has staff and customers with the passwords that their names promise', async () => {
    const { loader, tables } = paper()
    await seed(loader, options, null)
    const emails = (tables.get('users') ?? []).map((row) => row[userColumns.indexOf('email')])
    expect(emails.slice(0, 3)).to.deep.equal([
      'staff1@bookshop.test',
      'staff2@bookshop.test',
      'customer1@bookshop.test',
    ])
  })
  it('has many scripts, odd texts, full lengths and nothing half', () => {
    const titles = Array.from({ length: 20_000 }, (_, at) => String(madeBook(at + 1, 70, 0).title))
    const everything = titles.join(' ')
    for (const script of ['Arab', 'Hebr', 'Cyrl', 'Hira', 'Hani', 'Hang', 'Deva', 'Grek']) {
      expect(everything).to.match(new RegExp(`\\p{Script=${script}}`, 'u'), script)
    }
    expect(Math.max(...titles.map((title) => [...title].length))).to.equal(300)
    expect(everything.isWellFormed()).to.equal(true)
  })
  it('refuses a shop that is not empty', async () => {
    const error = await seed(paper(false).loader, options, null).catch((each: unknown) => each)
    expect(error).to.be.instanceOf(NotEmptyError)
  })
})

describe('seedOptions', () => {
  it('takes the catalogue alone when no number of books is given', () => {
    expect(seedOptions(['--catalogue', 'f.csv'])).to.include({ books: 0, catalogue: 'f.csv' })
  })
  it('refuses what is no number and what it does not know', () => {
    for (const argv of [['--books', '-1'], ['--books', 'x'], ['--nope'], ['--users', '1']]) {
      expect(() => seedOptions(argv), argv.join(' ')).to.throw()
    }
  })
})
