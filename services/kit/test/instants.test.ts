import { expect } from 'chai'
import { shownIn, utcText } from '../src/instants.ts'

describe('shownIn', () => {
  for (const [zone, utc, local] of [
    ['America/Bogota', '2026-11-21 23:05:09', '2026-11-21T18:05:09-05:00'],
    ['America/Bogota', '1992-08-01 12:00:00', '1992-08-01T08:00:00-04:00'],
    ['America/Bogota', '2026-01-01 03:00:00', '2025-12-31T22:00:00-05:00'],
    ['Asia/Kolkata', '2026-11-21 18:29:59', '2026-11-21T23:59:59+05:30'],
    ['Europe/Madrid', '2026-10-25 00:59:59', '2026-10-25T02:59:59+02:00'],
    ['Europe/Madrid', '2026-10-25 01:00:00', '2026-10-25T02:00:00+01:00'],
    ['UTC', '2026-02-28 00:00:00', '2026-02-28T00:00:00+00:00'],
  ] as const) {
    it(`shows ${utc} in ${zone}`, () => {
      expect(shownIn(zone)(utc)).to.equal(local)
    })
  }

  it('keeps null', () => {
    expect(shownIn('UTC')(null)).to.equal(null)
  })
})

describe('utcText', () => {
  it('drops what is less than a second', () => {
    expect(utcText(new Date('2026-11-21T23:05:09.999Z'))).to.equal('2026-11-21 23:05:09')
  })
})
