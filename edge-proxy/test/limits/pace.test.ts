import { expect } from 'chai'
import { Pace } from '../../src/limits/pace.ts'

describe('Pace', () => {
  let now = 0
  let slow = 0
  const pace = () => new Pace({ tooSlow: () => (slow += 1) }, () => now)
  beforeEach(() => {
    now = 1_000
    slow = 0
  })

  it('ends a content that stands still for longer than the grace', () => {
    const one = pace()
    one.wait()
    now += 9_999
    one.check()
    expect(slow).to.equal(0)
    now += 2
    one.check()
    one.check()
    expect(slow).to.equal(1)
  })

  it('ends a content that trickles', () => {
    const one = pace()
    for (let i = 0; i < 20 && slow === 0; i++) {
      one.wait()
      now += 1_000
      one.check()
      one.got(1)
    }
    expect(slow).to.equal(1)
    expect(now).to.be.within(11_000, 13_000)
  })

  it('lets a large content of a modest line pass', () => {
    const one = pace()
    for (let i = 0; i < 10_000; i++) {
      one.wait()
      now += 100
      one.check()
      one.got(100)
    }
    one.end()
    expect(slow).to.equal(0)
  })

  it('does not count time in which nobody wanted octets', () => {
    const one = pace()
    one.wait()
    now += 5_000
    one.got(10)
    now += 1_000_000
    one.check()
    one.wait()
    now += 4_000
    one.check()
    expect(slow).to.equal(0)
  })
})
