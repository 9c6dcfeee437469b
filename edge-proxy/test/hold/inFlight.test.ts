import { expect } from 'chai'
import { InFlight } from '../../src/hold/inFlight.ts'

describe('InFlight', () => {
  it('counts by domain and by the epoch of the decision', () => {
    const inFlight = new InFlight()
    const first = inFlight.begin(1, ['catalog', 'orders'])
    const second = inFlight.begin(2, ['catalog'])
    expect(inFlight.before(2, ['catalog'])).to.deep.equal({ catalog: 1 })
    expect(inFlight.before(3, ['catalog', 'orders'])).to.deep.equal({ catalog: 2, orders: 1 })
    first()
    expect(inFlight.before(2, ['catalog', 'orders'])).to.deep.equal({})
    expect(inFlight.of('catalog')).to.equal(1)
    second()
    expect(inFlight.of('catalog')).to.equal(0)
  })

  it('ends a request once, however often it is told', () => {
    let told = 0
    const inFlight = new InFlight(() => {
      told += 1
    })
    const one = inFlight.begin(1, ['catalog'])
    const other = inFlight.begin(1, ['catalog'])
    one()
    one()
    expect(inFlight.of('catalog')).to.equal(1)
    other()
    expect(told).to.equal(2)
  })

  it('does not count what cannot write', () => {
    const inFlight = new InFlight()
    inFlight.begin(1, [])
    expect(inFlight.before(9, ['catalog'])).to.deep.equal({})
  })
})
