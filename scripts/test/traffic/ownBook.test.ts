import { expect } from 'chai'
import { readPage } from '../../src/traffic/ownBook.ts'

describe('readPage', () => {
  const html = `<ul><li data-book-id="7" data-price="1.00" data-stock="3">other</li></ul>
    <section class="book" data-book-id="42" data-stock="9" data-price="12.50"><h1>T</h1></section>`

  it('finds price and stock of the book asked for', () => {
    expect(readPage(html, 42)).to.deep.equal({ price: '12.50', stock: '9' })
  })

  it('gives nothing for a book that is not on the page', () => {
    expect(readPage(html, 4)).to.equal(undefined)
  })
})
