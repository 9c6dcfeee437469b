import type { RouteTable } from '@matapalo/core'
import { expect } from 'chai'
import { HealthChecks } from '../../src/upstreams/checks.ts'
import { Replicas } from '../../src/upstreams/replicas.ts'

describe('HealthChecks', () => {
  const table: RouteTable = {
    ...{ epoch: 1, domains: [], routes: [] },
    upstreams: { app: ['http://r0', 'http://r1'], single: ['http://r2'] },
  }
  let status: number | undefined
  let asked: string[]
  let changes: string[]
  let replicas: Replicas
  let checks: HealthChecks
  beforeEach(() => {
    status = 200
    asked = []
    changes = []
    replicas = new Replicas()
    checks = new HealthChecks({
      ...{ table: () => table, replicas, path: '/health' },
      asker: {
        ask: async (origin) => {
          asked.push(origin)
          if (origin === 'http://r1') return { status: 404, text: '' }
          if (status === undefined) throw new Error('no answer')
          return { status, text: '' }
        },
      },
      onChange: (url, up) => changes.push(`${url} ${up ? 'up' : 'down'}`),
    })
  })
  const out = (): boolean => replicas.of('http://r0').out(performance.now())

  it('take a replica out after two bad answers, and back after two good ones', async () => {
    for (const [next, down] of [
      ...([
        [503, false],
        [undefined, true],
        [200, true],
        [500, true],
        [200, true],
      ] as const),
      [302, false],
    ] as const) {
      status = next
      await checks.round()
      expect(out(), `${next}`).to.equal(down)
    }
    expect(changes).to.deep.equal(['http://r0 down', 'http://r0 up'])
  })

  it('ask only where there is a choice', async () => {
    await checks.round()
    expect(asked).to.deep.equal(['http://r0', 'http://r1'])
  })
})
