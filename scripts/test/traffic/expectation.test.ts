import { expect } from 'chai'
import { Expectation } from '../../src/traffic/expectation.ts'

describe('Expectation', () => {
  it('allows only the new value after an acknowledged write', () => {
    const price = new Expectation('10.00')
    price.become('12.00')
    expect(price.allows('10.00')).to.equal(false)
    expect(price.allows('12.00')).to.equal(true)
  })

  it('allows the old and the new value after an unanswered write', () => {
    const stock = new Expectation('10')
    stock.maybeAdd(-3)
    stock.add(-1)
    expect([9, 6].every((value) => stock.allows(String(value)))).to.equal(true)
    expect(stock.allows('10')).to.equal(false)
    expect(stock.certain).to.equal(undefined)
  })
})
