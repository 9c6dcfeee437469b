import {
  choiceOf,
  type DomainState,
  decide,
  followChoice,
  type RouteTable,
  type SideChoice,
} from '@matapalo/core'
import { expect } from 'chai'

const state: DomainState = {
  ...{ domain: 'catalog', phase: 'canary', owner: 'monolith', term: 1, hold: false },
  ...{ service: 'catalog', canary: 0.0001 },
}
const table = (change: Partial<DomainState> = {}): RouteTable => ({
  epoch: 1,
  domains: [
    { ...state, ...change },
    { ...state, domain: 'users', service: 'users' },
  ],
  routes: [
    {
      ...{ id: 'read', domain: 'catalog', methods: ['GET'], path: '/api/books', access: 'read' },
      ...{ writes: [], reads: ['catalog'] },
    },
    {
      ...{ id: 'liar', domain: 'catalog', methods: ['GET'], path: '/api/count', access: 'write' },
      ...{ writes: ['catalog'], reads: ['catalog'] },
    },
    {
      ...{ id: 'fixed', domain: 'catalog', methods: ['GET'], path: '/api/new', access: 'read' },
      ...{ writes: [], reads: [], side: 'service' },
    },
    {
      ...{ id: 'page', domain: null, methods: ['GET'], path: '/*', access: 'read' },
      ...{ writes: [], reads: ['catalog'] },
    },
  ],
  upstreams: { monolith: ['http://m'], catalog: ['http://c'], users: ['http://u'] },
})
const service: SideChoice = { side: 'service', domains: ['catalog'] }
const monolith: SideChoice = { side: 'monolith', domains: ['*'] }
const asked = (choice: SideChoice, of: RouteTable, path = '/api/books') => {
  const line = { method: 'GET', path, host: 'shop', query: new URLSearchParams(), headers: {} }
  return followChoice(choice, of, decide(of, line))
}

describe('followChoice', () => {
  it('sends a read to the chosen side, which must have caught up', () => {
    const chosen = asked(service, table())
    expect(chosen).to.have.property('kind', 'there')
    expect(chosen).to.have.deep.nested.include({
      'decision.upstream': 'catalog',
      'decision.freshFor': ['catalog'],
    })
    expect(asked({ ...service, domains: ['*'] }, table())).to.have.property('kind', 'there')
  })

  it('leaves it where it is when that is the chosen side', () => {
    expect(asked(monolith, table())).to.deep.equal({ kind: 'here' })
    expect(asked(service, table({ phase: 'service', owner: 'service' }))).to.deep.equal({
      kind: 'here',
    })
    expect(asked(service, table(), '/api/new')).to.deep.equal({ kind: 'here' })
  })

  it('says nothing about writes, pages of no domain and domains that are not named', () => {
    const free = { kind: 'free' }
    expect(asked(service, table(), '/api/count')).to.deep.equal(free)
    expect(asked(service, table(), '/')).to.deep.equal(free)
    expect(asked({ ...service, domains: ['users'] }, table())).to.deep.equal(free)
  })

  it('is closed where no canary serves anybody, while the domain is held, on a route of one side, and for a domain that there is not', () => {
    const why = (of: RouteTable, choice = service, path?: string): string => {
      const chosen = asked(choice, of, path)
      return chosen.kind === 'closed' ? chosen.why : chosen.kind
    }
    for (const phase of ['registered', 'backfill', 'shadow', 'cutover'] as const) {
      expect(why(table({ phase }))).to.equal(`it is in phase ${phase}`)
    }
    expect(why(table({ phase: 'service', owner: 'service' }), monolith)).to.contain('phase service')
    expect(why(table({ canary: 0 }))).to.equal('its canary serves nobody yet')
    const misspelt: SideChoice = { side: 'monolith', domains: ['catalog', 'catalgo'] }
    expect(asked(misspelt, table(), '/')).to.deep.equal({
      ...{ kind: 'closed', domain: 'catalgo', why: 'there is no such domain' },
    })
    expect(why(table({ hold: true }))).to.equal('it is being moved')
    expect(why(table(), monolith, '/api/new')).to.equal("this route is always the service's")
  })
})

describe('choiceOf', () => {
  it('takes a side and names', () => {
    expect(choiceOf({ side: 'service', domains: ['catalog'], exp: 1 })).to.deep.equal(service)
  })

  it('takes nothing else', () => {
    for (const claims of [
      {},
      { side: 'left', domains: ['catalog'] },
      { side: 'service' },
      { side: 'service', domains: [] },
      { side: 'service', domains: 'catalog' },
      { side: 'service', domains: [1] },
    ]) {
      expect(choiceOf(claims), JSON.stringify(claims)).to.equal(undefined)
    }
  })
})
