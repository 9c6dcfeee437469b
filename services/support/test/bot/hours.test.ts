import { expect } from 'chai'
import type { ShopFacts } from '../../src/bot/book.ts'
import { openNow, weekText } from '../../src/bot/hours.ts'

const shop: ShopFacts = {
  hours: {
    monday: ['09:00', '19:00'],
    tuesday: ['09:00', '19:00'],
    saturday: ['10:00', '18:00'],
  },
  daysOff: ['12-25', '11-24'],
  returnDays: 30,
}

const moments: readonly (readonly [utc: string, said: string])[] = [
  ['2026-11-21T16:00:00Z', 'open until 18:00'],
  ['2026-11-21T14:59:00Z', 'closed and open today at 10:00'],
  ['2026-11-21T15:00:00Z', 'open until 18:00'],
  ['2026-11-21T23:00:00Z', 'closed and open again on Monday at 09:00'],
  ['2026-11-22T15:00:00Z', 'closed and open again on Monday at 09:00'],
  // The Tuesday after is a day off, the 24th of November.
  ['2026-11-24T01:00:00Z', 'closed and open again on Saturday at 10:00'],
  ['2026-11-24T15:00:00Z', 'closed and open again on Saturday at 10:00'],
]

describe('openNow', () => {
  for (const [utc, said] of moments) {
    it(`says "${said}" at ${utc}`, () => {
      expect(openNow(shop, new Date(utc), 'America/Bogota')).to.equal(said)
    })
  }

  it('has nothing to promise without hours', () => {
    const never = { ...shop, hours: {} }
    expect(openNow(never, new Date('2026-11-21T16:00:00Z'), 'America/Bogota')).to.equal('closed')
  })
})

describe('weekText', () => {
  it('puts days with the same hours together', () => {
    expect(weekText(shop)).to.equal(
      'Monday to Tuesday 09:00–19:00, Wednesday to Friday closed, Saturday 10:00–18:00, Sunday closed',
    )
  })
})
