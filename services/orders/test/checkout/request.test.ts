import { expect } from 'chai'
import fc from 'fast-check'
import { shippingCosts, totals } from '../../src/checkout/request.ts'

describe('totals', () => {
  it('are sums of whole cents', () => {
    const line = fc.record({
      bookId: fc.integer({ min: 1 }),
      title: fc.string(),
      priceCents: fc.integer({ min: 0, max: 9_999_999_999 }),
      quantity: fc.integer({ min: 1, max: 99 }),
    })
    fc.assert(
      fc.property(fc.array(line, { maxLength: 50 }), (lines) => {
        const { items, shipping, total } = totals(lines, 'standard')
        const exact = lines.reduce((sum, one) => sum + BigInt(one.priceCents * one.quantity), 0n)
        expect([BigInt(items), shipping, BigInt(total)]).to.deep.equal([exact, 490, exact + 490n])
      }),
    )
  })

  it('know every way of shipping', () => {
    expect(totals([], 'express').total).to.equal(1200)
    expect(totals([], 'pickup').total).to.equal(0)
    expect(Object.keys(shippingCosts)).to.have.length(3)
  })
})
