import { expect } from 'chai'
import { currentOffset } from '../src/database.ts'
import { timeIn } from '../src/localTime.ts'

describe('timeIn', () => {
  it('shows a local time of Bogotá with its offset', () => {
    const show = timeIn('America/Bogota')
    expect(show('2026-11-21 18:05:09')).to.equal('2026-11-21T18:05:09-05:00')
  })
  it('knows that Bogotá had summer time in 1992', () => {
    expect(timeIn('America/Bogota')('1992-06-01 12:00:00')).to.equal('1992-06-01T12:00:00-04:00')
  })
  it('follows a zone that changes its clocks', () => {
    const show = timeIn('Europe/Berlin')
    expect(show('2026-01-15 10:00:00')).to.equal('2026-01-15T10:00:00+01:00')
    expect(show('2026-07-15 10:00:00')).to.equal('2026-07-15T10:00:00+02:00')
    expect(show('2026-03-29 03:00:00')).to.equal('2026-03-29T03:00:00+02:00')
  })
  it('shows half hours', () => {
    expect(timeIn('Asia/Kolkata')('2026-01-15 10:00:00')).to.equal('2026-01-15T10:00:00+05:30')
  })
})

describe('currentOffset', () => {
  it('gives what SET time_zone understands', () => {
    const at = new Date('2026-11-21T00:00:00Z')
    expect(currentOffset('America/Bogota', at)).to.equal('-05:00')
    expect(currentOffset('UTC', at)).to.equal('+00:00')
  })
})
