import { expect } from 'chai'
import { byPrivilege } from '../src/refusals.ts'

const fenced = [{ domain: 'catalog', schema: 'bookshop', tables: ['books'] }]
const denied = (what: string, table: string): string =>
  `${what} command denied to user 'cron'@'10.0.0.7' for table ${table}`

describe('byPrivilege', () => {
  const catalog = { domain: 'catalog', table: 'books', account: 'cron@10.0.0.7' }

  it('finds the domain and the account, with the schema in the message and without', () => {
    expect(byPrivilege(denied('UPDATE', '`bookshop`.`books`'), null, fenced)).to.deep.equal(catalog)
    expect(byPrivilege(denied('DELETE', "'books'"), 'bookshop', fenced)).to.deep.equal(catalog)
    expect(byPrivilege(denied('INSERT, DELETE', '`bookshop`.`books`'), null, fenced)).to.deep.equal(
      catalog,
    )
  })

  it('leaves alone what reads, and tables that no domain here has lost', () => {
    expect(byPrivilege(denied('SELECT', '`bookshop`.`books`'), null, fenced)).to.equal(null)
    expect(byPrivilege(denied('UPDATE', '`bookshop`.`orders`'), null, fenced)).to.equal(null)
    expect(byPrivilege(denied('UPDATE', "'books'"), 'another', fenced)).to.equal(null)
    expect(byPrivilege('something else', 'bookshop', fenced)).to.equal(null)
  })
})
