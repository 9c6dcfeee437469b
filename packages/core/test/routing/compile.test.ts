import { compileRouteTable, decide, type Phase, parseManifest, parseProject } from '@matapalo/core'
import { expect } from 'chai'
import { line } from './tables.ts'

const manifest = (text: string) => {
  const parsed = parseManifest(text, 'm.yaml')
  if ('problems' in parsed) throw new TypeError(JSON.stringify(parsed.problems))
  return parsed.manifest
}
const project = parseProject(
  `project: shop
databases: { monolith: { host: h, port: 1 }, services: { host: h, port: 2 } }
upstreams: { monolith: [http://m], shelf: [http://s], pages: [http://p] }
session: { cookie: sid, introspect: /session }
routes: [{ path: /report, methods: [GET, POST], reads: [shelf, pages], writes: [shelf, pages] }]`,
  'matapalo.yaml',
)
if ('problems' in project) throw new TypeError(JSON.stringify(project.problems))

const table = (phase: Phase, retired = false) =>
  compileRouteTable({
    epoch: 1,
    project: project.project,
    retired,
    manifests: [
      manifest(`domain: shelf
upstream: shelf
schemas: { source: a, target: b }
routes: [{ path: /shelf, methods: [GET, POST] }]
tables: { t: { to: { t: { id: id } } } }`),
      manifest(
        'domain: pages\nupstream: pages\nroutes: [{ path: /page, methods: [GET, POST], reads: [shelf] }]',
      ),
    ],
    domains: [
      { domain: 'shelf', phase, owner: 'service', term: 3, hold: true, service: 'shelf' },
      {
        domain: 'pages',
        phase: 'service',
        owner: 'service',
        term: 3,
        hold: true,
        service: 'pages',
      },
    ],
  })

describe('compileRouteTable', () => {
  it('holds nobody for pages, which go to their owner', () => {
    const decision = decide(table('service'), line('POST', '/page'))
    expect(decision).to.deep.include({
      upstream: 'pages',
      holdFor: [],
      writes: [],
      access: 'write',
    })
    expect(table('service').domains.map(({ hold }) => hold)).to.deep.equal([true, false])
  })

  it('lets a request touch what stands on both sides only', () => {
    const report = (phase: Phase) => decide(table(phase), line('POST', '/report'))
    expect(report('service').writes).to.deep.equal(['shelf'])
    expect(report('decommissioned').writes).to.deep.equal([])
    expect(report('decommissioned').freshFor).to.deep.equal([])
  })

  it('knows no way to a monolith that is retired', () => {
    const gone = table('decommissioned', true)
    expect(gone.upstreams).to.have.keys(['shelf', 'pages'])
    expect(decide(gone, line('GET', '/report')).route).to.equal(null)
    expect(decide(gone, line('GET', '/anything')).route).to.equal(null)
    expect(decide(gone, line('GET', '/page')).upstream).to.equal('pages')
  })
})
