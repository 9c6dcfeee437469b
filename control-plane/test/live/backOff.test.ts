import { expect } from 'chai'
import { createBackOff } from '../../src/live/backOff.ts'

describe('createBackOff', () => {
  it('starts at once, then after twice as long each time, a minute at most', () => {
    const backOff = createBackOff()
    const starts: number[] = []
    for (let now = 0; now <= 250_000; now += 1_000) if (backOff.due(true, now)) starts.push(now)
    expect(starts).to.deep.equal([
      0, 2_000, 6_000, 14_000, 30_000, 62_000, 122_000, 182_000, 242_000,
    ])
    expect(backOff.inMs(243_000)).to.equal(59_000)
  })

  it('does not forget a failure that comes back soon, and forgets after half a minute of health', () => {
    const backOff = createBackOff()
    expect(backOff.due(true, 0)).to.equal(true)
    expect(backOff.due(false, 500)).to.equal(false)
    expect(backOff.due(true, 1_000)).to.equal(false)
    expect(backOff.due(false, 2_000)).to.equal(false)
    expect(backOff.due(false, 32_000)).to.equal(false)
    expect(backOff.inMs(32_000)).to.equal(null)
    expect(backOff.due(true, 33_000)).to.equal(true)
    expect(backOff.inMs(33_000)).to.equal(2_000)
  })
})
