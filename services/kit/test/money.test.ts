import { expect } from 'chai'
import fc from 'fast-check'
import { moneyText, readMoney } from '../src/money.ts'

describe('money', () => {
  it('comes back from text as it went', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 9_999_999_999 }), (cents) => {
        expect(readMoney(moneyText(cents))).to.equal(cents)
      }),
    )
  })

  for (const [given, cents] of [
    ['12.50', 1250],
    ['12.5', 1250],
    ['0', 0],
    [12.5, 1250],
    [0.1 + 0.2, null],
    ['99999999.99', 9_999_999_999],
    ['100000000', null],
    ['12.505', null],
    ['-1', null],
    ['1e3', null],
    ['', null],
    [null, null],
    [' 1', null],
  ] as const) {
    it(`reads ${JSON.stringify(given)} as ${cents}`, () => {
      expect(readMoney(given)).to.equal(cents)
    })
  }

  it('writes two decimals, also of a debt', () => {
    expect([5, 50, 1250, -5].map(moneyText)).to.deep.equal(['0.05', '0.50', '12.50', '-0.05'])
  })
})
