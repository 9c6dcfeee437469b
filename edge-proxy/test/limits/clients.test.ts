import { expect } from 'chai'
import { TooManyRequests } from '../../src/errors.ts'
import { Clients } from '../../src/limits/clients.ts'

describe('Clients', () => {
  let now = 0
  const clients = (limits: Partial<ConstructorParameters<typeof Clients>[0]>) =>
    new Clients({ connections: 0, perSecond: 0, burst: 1, ...limits }, () => now)
  const passed = (some: Clients, times: number, address = 'a'): number => {
    let count = 0
    for (let i = 0; i < times; i++) {
      try {
        some.request(address)
        count += 1
      } catch (error) {
        expect(error).to.be.instanceOf(TooManyRequests)
      }
    }
    return count
  }

  it('lets a burst pass, then the rate, for each address by itself', () => {
    now = 5_000
    const some = clients({ perSecond: 10, burst: 5 })
    expect(passed(some, 20)).to.equal(5)
    expect(passed(some, 20, 'b')).to.equal(5)
    now += 1_000
    expect(passed(some, 20)).to.equal(5)
    for (let i = 0, count = 0; i < 100; i++, now += 50) {
      count += passed(some, 1)
      if (i === 99) expect(count).to.be.within(49, 51)
    }
  })

  it('says after how many seconds to come again', () => {
    const some = clients({ perSecond: 0.25, burst: 1 })
    some.request('a')
    expect(() => some.request('a'))
      .to.throw(TooManyRequests)
      .with.property('retryAfter', 4)
  })

  it('bounds connections, and frees them', () => {
    const some = clients({ connections: 2 })
    expect([some.connect('a'), some.connect('a'), some.connect('a')]).to.deep.equal([
      true,
      true,
      false,
    ])
    expect(some.connect('b')).to.equal(true)
    some.disconnect('a')
    expect(some.connect('a')).to.equal(true)
  })

  it('has no limits at 0', () => {
    const some = clients({})
    expect(passed(some, 10_000)).to.equal(10_000)
    for (let i = 0; i < 10_000; i++) expect(some.connect('a')).to.equal(true)
  })

  it('forgets addresses that have been quiet', () => {
    const some = clients({ perSecond: 10, burst: 1 })
    for (let i = 0; i < 9_999; i++) some.request(`a${i}`)
    now += 60_000
    some.request('b')
    expect(some.size).to.equal(1)
  })
})
