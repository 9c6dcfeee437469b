import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { cleanIsbn, readCatalogue } from '../../src/seed/catalogue.ts'

const head =
  'isbn,isbn13,authors,original_publication_year,original_title,title,language_code,image_url'
const real = fileURLToPath(new URL('../../../../shared/data/books.csv', import.meta.url))

describe('readCatalogue', () => {
  it('gives an ISBN its leading zeros back and leaves a blank one NULL', () => {
    expect(cleanIsbn('439023483')).to.equal('0439023483')
    expect(cleanIsbn('043965548X')).to.equal('043965548X')
    expect(cleanIsbn('')).to.equal(null)
  })
  it('does not trust a number in float notation', () => {
    expect(() => cleanIsbn('9.78043902348e+12')).to.throw(/not an ISBN/)
    const { books } = readCatalogue(`${head}\n,9.78e+12,A,,,T,,`, 5)
    expect(books[0]?.isbn).to.equal(null)
  })
  it('refuses what does not fit, with its line, and goes on', () => {
    const rows = [
      head,
      `1,,${'x'.repeat(301)},,,Long,,`,
      '2,,A,,,Good,,',
      '2,,A,,,Twice,,',
      'abc,,A,,,Bad,,',
      '3,,A,,,,,',
      '4,,A',
    ]
    const { books, refused } = readCatalogue(rows.join('\n'), 5)
    expect(books.map((book) => book.title)).to.deep.equal(['Good'])
    expect(refused.map((each) => each.line)).to.deep.equal([2, 4, 5, 6, 7])
    expect(refused[1]?.reason).to.include('line 3')
  })
  it('says which column is missing', () => {
    expect(() => readCatalogue('isbn,title\n1,x', 5)).to.throw(/authors/)
  })

  it('loads the real catalogue of ten thousand books', function () {
    if (!existsSync(real)) {
      process.stdout.write('      skipped: ../shared/data/books.csv is not on this machine\n')
      return this.skip()
    }
    const { books, refused } = readCatalogue(readFileSync(real, 'utf8'), 70)
    expect(books.length + refused.length).to.equal(10_000)
    expect(books.filter((book) => book.isbn === null)).to.have.length(700)
    expect(refused.map((each) => each.line)).to.deep.equal([5397, 5987, 6203, 8033, 9411])
    for (const { isbn } of books) if (isbn !== null) expect(isbn).to.match(/^\d{9}[\dX]$/)
  })
})
