import { expect } from 'chai'
import { TableInForce, watchedDomains } from '../src/tableInForce.ts'
import { catalog, routes } from './harness.ts'

const table = (epoch: number, change: Partial<typeof catalog> = {}) => ({
  epoch,
  domains: [{ ...catalog, ...change }],
  routes,
  upstreams: {},
})

describe('TableInForce', () => {
  it('only moves on', () => {
    const inForce = new TableInForce()
    const seen: number[] = []
    inForce.onChange(({ epoch }) => seen.push(epoch))
    expect(inForce.apply(table(2))).to.equal(true)
    expect(inForce.apply(table(2))).to.equal(false)
    expect(inForce.apply(table(1))).to.equal(false)
    expect(inForce.apply(table(5, { hold: true }))).to.equal(true)
    expect(seen).to.deep.equal([2, 5])
    expect(inForce.held).to.deep.equal(['catalog'])
  })

  it('watches a domain only while somebody reads it where it is not owned', () => {
    expect([...watchedDomains(table(1))]).to.deep.equal([])
    expect([...watchedDomains(table(1, { owner: 'service' }))]).to.deep.equal(['catalog'])
  })

  it('watches a domain that the service reads before it owns it', () => {
    const card = { id: 'card', domain: 'catalog', methods: ['GET'], path: '/card' }
    const fixed = { ...card, side: 'service', writes: [], reads: ['catalog'] } as const
    const withCard = (owner: 'monolith' | 'service') => ({
      ...table(1, { owner }),
      routes: [fixed],
    })
    expect([...watchedDomains(withCard('monolith'))]).to.deep.equal(['catalog'])
    expect([...watchedDomains(withCard('service'))]).to.deep.equal([])
  })
})
