import { decide, type RouteTable, type Tolerance, tolerances } from '@matapalo/core'
import { expect } from 'chai'
import { readingsOf, settleReadings } from '../../src/guard/readings.ts'
import { canonicalTarget } from '../../src/guard/target.ts'

const rule = (id: string, path: string, tolerates: readonly Tolerance[]) => ({
  ...{ id, domain: null, methods: ['*'], path, reads: [], writes: [] },
  tolerates,
})
const table: RouteTable = {
  epoch: 1,
  domains: [],
  routes: [
    rule('staff', '/staff/*', []),
    rule('catalog', '/catalog/*', ['parameters']),
    rule('rest', '/*', tolerances),
  ],
  upstreams: { monolith: ['http://127.0.0.1:1'] },
}
const settle = (url: string): string => {
  const { path, loose } = canonicalTarget(url, 'shop')
  const line = { method: 'GET', path, host: 'shop', query: new URLSearchParams(), headers: {} }
  const decision = decide(table, line)
  settleReadings(table, line, decision, loose ?? [])
  return decision.route?.id ?? 'none'
}

describe('settleReadings', () => {
  it('lets a spelling pass that its route tolerates', () => {
    expect(settle('/catalog/list;page=2/x')).to.equal('catalog')
    expect(settle('/a//b/c%2Fd;e')).to.equal('rest')
  })

  it('refuses a spelling that its route does not tolerate', () => {
    expect(() => settle('/catalog/a%2Fb')).to.throw('RFC 3986 2.2')
    expect(() => settle('/staff/a;b')).to.throw('RFC 3986 3.3')
    expect(() => settle('/catalog//a')).to.throw('RFC 3986 3.3')
  })

  it('refuses a path whose readings lead to two routes', () => {
    for (const path of ['/staff;x/secret', '/staff%2Fsecret', '/;x/staff/secret']) {
      expect(() => settle(path), path).to.throw('two routes')
    }
  })

  it('refuses dot segments that only a reading shows', () => {
    for (const path of ['/a/..;/staff', '/a/..%2Fstaff', '/a/.;x/b', '/a%2F..%2Fb', '/a/..%3B/b']) {
      expect(() => settle(path), path).to.throw('RFC 3986 5.2.4')
    }
  })

  it('reads in every order', () => {
    expect(readingsOf('/a;b%2Fc//d')).to.have.members([
      ...['/a//d', '/a/d', '/a;b/c//d', '/a/c//d', '/a;b/c/d', '/a/c/d', '/a;b%2Fc/d'],
    ])
  })
})
