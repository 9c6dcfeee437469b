import type { RouteTable } from '@matapalo/core'
import { expect } from 'chai'
import { checkedTable } from '../../src/follow/checkedTable.ts'
import { catalog, routes } from '../harness.ts'

const good: RouteTable = {
  epoch: 7,
  domains: [catalog],
  routes,
  upstreams: { monolith: ['http://127.0.0.1:1'], catalog: ['http://127.0.0.1:2'] },
}
const sent = (change: object): unknown => JSON.parse(JSON.stringify({ ...good, ...change }))
const [first, ...rest] = routes

describe('A route table that arrives', () => {
  it('comes into force as it is, also with members of a newer control plane', () => {
    expect(checkedTable(sent({}))).to.deep.equal(good)
    expect(checkedTable(sent({ later: 1, routes: [{ ...first, later: true }] }))).to.have.property(
      'later',
    )
  })

  const wrong: Readonly<Record<string, readonly [value: unknown, at: string]>> = {
    'is nothing': [null, 'table'],
    'is text': ['{}', 'table'],
    'has no epoch': [sent({ epoch: undefined }), 'epoch'],
    'has half an epoch': [sent({ epoch: 1.5 }), 'epoch'],
    'has no routes': [sent({ routes: undefined }), 'routes'],
    'has a route without writes': [sent({ routes: [{ ...first, writes: undefined }] }), 'writes'],
    'has a route without methods': [sent({ routes: [{ ...first, methods: [] }] }), 'methods'],
    'has a route with a relative path': [
      sent({ routes: [{ ...first, path: 'api' }, ...rest] }),
      'path',
    ],
    'has a route with one role as text': [
      sent({ routes: [{ ...first, roles: 'staff' }] }),
      'roles',
    ],
    'has an owner that is no side': [sent({ domains: [{ ...catalog, owner: 'both' }] }), 'owner'],
    'has a domain without a hold': [sent({ domains: [{ ...catalog, hold: undefined }] }), 'hold'],
    'has a domain twice': [sent({ domains: [catalog, catalog] }), 'domains.1'],
    'has an upstream that is no origin': [
      sent({ upstreams: { ...good.upstreams, monolith: ['http://shop/app'] } }),
      'upstreams.monolith',
    ],
    'has an upstream of files': [
      sent({ upstreams: { ...good.upstreams, monolith: ['file:///etc/passwd'] } }),
      'upstreams.monolith',
    ],
    'has no monolith': [sent({ upstreams: { catalog: ['http://127.0.0.1:2'] } }), 'monolith'],
    'has an owner without a replica': [
      sent({
        domains: [{ ...catalog, owner: 'service' }],
        upstreams: { monolith: ['http://127.0.0.1:1'], catalog: [] },
      }),
      'no replica',
    ],
  }
  for (const [fact, [value, at]] of Object.entries(wrong)) {
    it(`is refused when it ${fact}`, () => {
      expect(() => checkedTable(value)).to.throw(at)
    })
  }
})
