import {
  bucketOf,
  canaryReads,
  type DomainState,
  decide,
  elsewhere,
  inCanary,
  type RouteTable,
} from '@matapalo/core'
import { expect } from 'chai'
import fc from 'fast-check'

const state: DomainState = {
  ...{ domain: 'catalog', phase: 'canary', owner: 'monolith', term: 1, hold: false },
  ...{ service: 'catalog', canary: 0.1 },
}
const table = (change: Partial<DomainState> = {}): RouteTable => ({
  epoch: 1,
  domains: [{ ...state, ...change }],
  routes: [
    {
      ...{ id: 'read', domain: 'catalog', methods: ['GET'], path: '/api/books', access: 'read' },
      ...{ writes: [], reads: ['catalog'] },
    },
    {
      ...{ id: 'write', domain: 'catalog', methods: ['PUT'], path: '/api/books', access: 'write' },
      ...{ writes: ['catalog'], reads: ['catalog'] },
    },
    {
      ...{ id: 'liar', domain: 'catalog', methods: ['GET'], path: '/api/count', access: 'write' },
      ...{ writes: ['catalog'], reads: ['catalog'] },
    },
    {
      ...{ id: 'page', domain: null, methods: ['GET'], path: '/*', access: 'read' },
      ...{ writes: [], reads: ['catalog'] },
    },
  ],
  upstreams: { monolith: ['http://m'], catalog: ['http://c'] },
})
const asked = (of: RouteTable, method: string, path: string) => {
  const line = { method, path, host: 'shop', query: new URLSearchParams(), headers: {} }
  return elsewhere(of, decide(of, line))
}

describe('elsewhere', () => {
  it('lets a read go to the side that does not own it, which must have caught up', () => {
    expect(asked(table(), 'GET', '/api/books')?.decision).to.deep.include({
      ...{ side: 'service', upstream: 'catalog', freshFor: ['catalog'] },
    })
    expect(asked(table({ phase: 'shadow' }), 'GET', '/api/books')).to.not.equal(undefined)
  })

  it('never lets a write go there, nor a GET that writes, nor what belongs to no domain', () => {
    expect(asked(table(), 'PUT', '/api/books')).to.equal(undefined)
    expect(asked(table(), 'GET', '/api/count')).to.equal(undefined)
    expect(asked(table(), 'GET', '/')).to.equal(undefined)
  })

  it('lets nothing go there in any other phase, or while the domain is held', () => {
    for (const phase of ['registered', 'backfill', 'cutover', 'service'] as const) {
      expect(asked(table({ phase }), 'GET', '/api/books')).to.equal(undefined)
    }
    expect(asked(table({ hold: true }), 'GET', '/api/books')).to.equal(undefined)
  })
})

describe('inCanary', () => {
  it('keeps a subject where it is while the share grows', () => {
    fc.assert(
      fc.property(fc.string(), fc.double({ min: 0, max: 1, noNaN: true }), (subject, share) => {
        const small = inCanary({ ...state, canary: share / 2 }, subject)
        if (small) expect(inCanary({ ...state, canary: share }, subject)).to.equal(true)
      }),
    )
    expect(bucketOf('catalog', 'c:abc')).to.equal(0.6287161798682064)
  })

  it('takes the share it was told, whatever the subjects look like', () => {
    for (const share of [0.05, 0.5]) {
      let taken = 0
      for (let n = 0; n < 20_000; n++) {
        if (inCanary({ ...state, canary: share }, `c:${n}`)) taken++
      }
      expect(taken / 20_000).to.be.closeTo(share, 0.01)
    }
  })

  it('takes nobody at 0, everybody at 1, and never who has no subject', () => {
    expect(inCanary({ ...state, canary: 0 }, 'c:a')).to.equal(false)
    expect(inCanary({ ...state, canary: 1 }, 'c:a')).to.equal(true)
    expect(inCanary({ ...state, canary: 1 }, undefined)).to.equal(false)
    expect(inCanary({ ...state, canary: 1, phase: 'shadow' }, 'c:a')).to.equal(false)
  })
})

describe('canaryReads', () => {
  it('names what the canary reads and does not own', () => {
    expect([...canaryReads(table())]).to.deep.equal(['catalog'])
    expect([...canaryReads(table({ phase: 'shadow' }))]).to.deep.equal([])
  })
})
