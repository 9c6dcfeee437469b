import { expect } from 'chai'
import { Judge } from '../../../src/traffic/verdict/judge.ts'
import type { Movement, OrderRow } from '../../../src/traffic/verdict/shopRows.ts'
import { judgeStock } from '../../../src/traffic/verdict/stock.ts'

const order = (more: Partial<OrderRow> = {}): OrderRow => ({
  id: 1,
  status: 'paid',
  payment: 'paid',
  stock: 'confirmed',
  lines: [{ bookId: 7, quantity: 2 }],
  ...more,
})
const sold = { sales: 1, returns: 0, delta: -2 }
const cancelled = order({ status: 'cancelled', payment: 'refused' })

const verdict = (row: OrderRow | null, movement: Movement | null) => {
  const judge = new Judge()
  const found = judgeStock(
    new Map(row === null ? [] : [['o1', [row]]]),
    new Map(movement === null ? [] : [['o1/7', movement]]),
    judge,
  )
  return { ...judge.total, ...found }
}

describe('judgeStock', () => {
  for (const [what, [row, movement]] of Object.entries({
    'a paid order that took its copies': [order(), sold],
    'an order that waits for its payment': [order({ status: 'placed', payment: 'open' }), sold],
    'a cancelled order whose copies went back': [cancelled, { sales: 1, returns: 1, delta: 0 }],
    'a cancelled order that the staff look at': [cancelled, sold],
    'a reservation that came to nothing': [null, { sales: 1, returns: 1, delta: 0 }],
  } as const)) {
    it(`finds nothing wrong with ${what}`, () => {
      expect(verdict(row, movement)).to.include({ wrongLines: 0, lostWrites: 0, doubledWrites: 0 })
    })
  }

  for (const [what, [row, movement]] of Object.entries({
    'a paid order that took nothing': [order(), null],
    'a paid order whose copies went back': [order(), { sales: 1, returns: 1, delta: 0 }],
    'a paid order that took too little': [order(), { sales: 1, returns: 0, delta: -1 }],
    'copies that were given back twice': [cancelled, { sales: 1, returns: 2, delta: 2 }],
    'copies sold to nobody': [null, sold],
  } as const)) {
    it(`convicts ${what}`, () => {
      expect(verdict(row, movement)).to.include({ wrongLines: 1, lostWrites: 1 })
    })
  }

  it('convicts a paid order that took its copies twice', () => {
    const twice = { sales: 2, returns: 0, delta: -4 }
    expect(verdict(order(), twice)).to.include({ doubledWrites: 1, paidWithoutStock: 1 })
  })
})
