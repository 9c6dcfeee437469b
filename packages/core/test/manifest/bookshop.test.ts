import { readFileSync } from 'node:fs'
import { compileRouteTable, decide, parseManifest, parseProject } from '@matapalo/core'
import { expect } from 'chai'

const root = new URL('../../../../', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, root), 'utf8')

describe('the bookshop', () => {
  const manifest = parseManifest(read('services/catalog/manifest.yaml'), 'manifest.yaml')
  const project = parseProject(read('matapalo.yaml'), 'matapalo.yaml', {
    CATALOG_URL: 'http://c:1',
  })

  it('has a catalog manifest without problems', () => {
    expect('problems' in manifest ? manifest.problems : []).to.deep.equal([])
  })

  it('has a project file without problems', () => {
    expect('problems' in project ? project.problems : []).to.deep.equal([])
  })

  it('sends a price change to the owner of catalog and holds it while catalog moves', () => {
    if ('problems' in manifest || 'problems' in project) throw new Error('not parsed')
    const state = { domain: 'catalog', phase: 'cutover', term: 3, service: 'catalog' } as const
    const table = compileRouteTable({
      epoch: 7,
      project: project.project,
      manifests: [manifest.manifest],
      domains: [{ ...state, owner: 'service', hold: true }],
    })
    const line = { host: 'shop', query: new URLSearchParams(), headers: {} }
    const decision = decide(table, { ...line, method: 'PUT', path: '/api/books/5/price' })
    expect(decision).to.deep.include({
      side: 'service',
      upstream: 'catalog',
      access: 'write',
      holdFor: ['catalog'],
      freshFor: [],
      writes: ['catalog'],
    })
    expect(table.upstreams.catalog).to.deep.equal(['http://c:1'])
    expect(decide(table, { ...line, method: 'GET', path: '/' })).to.deep.include({
      side: 'monolith',
      access: 'read',
      holdFor: [],
      freshFor: ['catalog'],
    })
  })

  it('sends a callback to the owner of orders, and holds it while they move', () => {
    const orders = parseManifest(read('services/orders/manifest.yaml'), 'manifest.yaml')
    if ('problems' in orders || 'problems' in project) throw new Error('not parsed')
    const state = { domain: 'orders', term: 3, service: 'orders' } as const
    for (const at of ['payments', 'shipping']) {
      const line = { host: 'shop', query: new URLSearchParams(), headers: {}, method: 'POST' }
      const path = `/api/${at}/callbacks/simulated`
      for (const [owner, phase] of [
        ['monolith', 'backfill'],
        ['service', 'service'],
      ] as const) {
        for (const hold of [true, false]) {
          const table = compileRouteTable({
            epoch: 7,
            project: project.project,
            manifests: [orders.manifest],
            domains: [{ ...state, phase, owner, hold }],
          })
          expect(decide(table, { ...line, path })).to.deep.include({
            side: owner,
            access: 'write',
            holdFor: hold ? ['orders'] : [],
            writes: ['orders'],
          })
        }
      }
    }
  })
})
