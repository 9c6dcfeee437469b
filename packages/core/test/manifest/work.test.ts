import { parseManifest } from '@matapalo/core'
import { expect } from 'chai'

const base = `
domain: shelf
upstream: shelf
routes: [{ path: /api/shelf, methods: [GET, POST] }]
`

const parsed = (text: string) => {
  const read = parseManifest(`${base}${text}`, 'shelf.yaml')
  if ('problems' in read) throw new TypeError(JSON.stringify(read.problems))
  return read.manifest
}

describe('a manifest', () => {
  it('may have routes and no tables', () => {
    expect(parsed('').tables).to.deep.equal([])
  })

  it('needs schemas once it has tables', () => {
    const read = parseManifest(`${base}tables: { a: { to: { a: { id: id } } } }`, 'shelf.yaml')
    expect('problems' in read && read.problems[0]?.message).to.contain('has tables, and no')
  })

  it('counts work in flight by one query, or by one for each side with a time to settle', () => {
    expect(parsed('drain: SELECT 1').drains).to.deep.equal([
      { query: 'SELECT 1', side: null, settleMs: null },
    ])
    const two = `drain:
  - { query: SELECT 1, database: service, settle: 10s }
  - { query: SELECT 2, database: monolith }`
    expect(parsed(two).drains).to.deep.equal([
      { query: 'SELECT 1', side: 'service', settleMs: 10_000 },
      { query: 'SELECT 2', side: 'monolith', settleMs: null },
    ])
  })
})
