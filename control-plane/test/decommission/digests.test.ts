import { expect } from 'chai'
import { type Digest, type DigestLog, lastJoin, lastRead } from '../../src/decommission/digests.ts'
import { oldName } from '../../src/decommission/oldTables.ts'

const since = '2026-01-01T00:00:00.000Z'
const digest = (text: string | null, lastSeen = since, schema: string | null = 'shop'): Digest => ({
  schema,
  text,
  lastSeen,
})
const log = (...digests: readonly Digest[]): DigestLog => ({ on: true, since, digests })

describe('lastRead', () => {
  it('finds the newest statement that reads the table, alone, qualified or inside a write', () => {
    const found = lastRead(
      log(
        digest('SELECT * FROM `books` WHERE `id` = ?', '2026-01-02T00:00:00.000Z'),
        digest('INSERT INTO `log` SELECT `id` FROM `shop` . `books`', '2026-01-03T00:00:00.000Z'),
      ),
      'books',
    )
    expect(found).to.include({ verdict: 'seen', at: '2026-01-03T00:00:00.000Z' })
  })

  it('says none for other tables, for writes alone and for the toolkit itself', () => {
    const quiet = log(
      digest('SELECT * FROM `books_old` JOIN `bookshelf`'),
      digest('UPDATE `books` SET `title` = ?'),
      digest('SELECT * FROM `shop` . `books`', since, 'matapalo'),
    )
    expect(lastRead(quiet, 'books')).to.include({ verdict: 'none', why: null })
  })

  it('says unknown, never none, when statistics are off, full or cut off', () => {
    const verdict = (one: DigestLog) => lastRead(one, 'books').verdict
    expect(verdict({ on: false, since, digests: [] })).to.equal('unknown')
    expect(verdict(log(digest(null)))).to.equal('unknown')
    expect(verdict(log(digest('SELECT `a` , `b` , ...')))).to.equal('unknown')
  })

  it('says seen, whatever else is missing, when somebody was seen', () => {
    expect(lastRead(log(digest(null), digest('SELECT ? FROM `books`')), 'books').verdict).to.equal(
      'seen',
    )
  })
})

describe('lastJoin', () => {
  it('finds a statement that reads tables of the domain with others', () => {
    const text = 'SELECT * FROM `tickets` JOIN `books` USING ( `id` )'
    const found = lastJoin(log(digest(text)), ['books', 'moves'], ['tickets'])
    expect(found).to.include({ verdict: 'seen', statement: text })
    expect(lastJoin(log(digest(text)), ['books', 'tickets'], ['users']).verdict).to.equal('none')
  })
})

describe('oldName', () => {
  it('keeps long names apart within what the database allows', () => {
    const long = 'x'.repeat(63)
    expect(oldName('books')).to.equal('matapalo_old_books')
    expect(oldName(`${long}a`)).to.have.length.at.most(64)
    expect(oldName(`${long}a`)).to.not.equal(oldName(`${long}b`))
  })
})
