import { expect } from 'chai'
import { OwnCart } from '../../src/traffic/ownCart.ts'
import { linesOf } from '../../src/traffic/pages.ts'

describe('OwnCart', () => {
  it('adds up copies of one book, and knows no order of lines', () => {
    const cart = new OwnCart()
    cart.add({ bookId: 9, quantity: 2 }, true)
    cart.add({ bookId: 4, quantity: 1 }, true)
    cart.add({ bookId: 9, quantity: 98 }, true)
    expect(cart.certain).to.equal('4×1 9×99')
    const seen = [
      { bookId: 9, quantity: 99 },
      { bookId: 4, quantity: 1 },
    ]
    expect(cart.allows(seen)).to.equal(true)
    expect(cart.allows(seen.slice(1))).to.equal(false)
  })

  it('allows both states after an unanswered change, and one after an answered clearing', () => {
    const cart = new OwnCart()
    cart.add({ bookId: 4, quantity: 1 }, true)
    cart.set({ bookId: 4, quantity: 3 }, false)
    expect(cart.lines).to.equal(undefined)
    for (const quantity of [1, 3]) expect(cart.allows([{ bookId: 4, quantity }])).to.equal(true)
    cart.clear(true)
    expect(cart.lines).to.deep.equal([])
  })
})

describe('linesOf', () => {
  it('finds the lines of a cart among other books of the page', () => {
    const html = `<li data-book-id="7" data-price="1.00" data-stock="3">on offer</li>
      <li data-book-id="42" data-price="2.00" data-stock="9" data-quantity="3"></li>`
    expect(linesOf(html)).to.deep.equal([{ bookId: 42, quantity: 3 }])
  })
})
