import { expect } from 'chai'
import fc from 'fast-check'
import { cents, money } from '../src/money.ts'

describe('money', () => {
  it('survives the way into cents and back', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 99_999_999_99n }), (value) => {
        expect(cents(money(value))).to.equal(value)
      }),
    )
  })
  it('reads one decimal place as tenths', () => {
    expect(cents('12.5')).to.equal(1250n)
    expect(money(cents('7'))).to.equal('7.00')
  })
  it('refuses what is no amount', () => {
    for (const text of ['', '-1', '1e3', '1.234', 'NaN', '1,5', ' 1']) {
      expect(() => cents(text), text).to.throw(TypeError)
    }
  })
})
