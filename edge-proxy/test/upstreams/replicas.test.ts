import type { RouteTable } from '@matapalo/core'
import { expect } from 'chai'
import { UpstreamBusy, UpstreamUnreachable } from '../../src/errors.ts'
import { Replicas, type Verdict } from '../../src/upstreams/replicas.ts'

const tableOf = (count: number): RouteTable => ({
  ...{ epoch: 1, domains: [], routes: [] },
  upstreams: { app: Array.from({ length: count }, (_, i) => `http://r${i}`) },
})

describe('Replicas', () => {
  let now = 0
  let ejected: string[]
  const make = (count: number, mostRequests = 100) => {
    now = 1_000
    ejected = []
    const table = tableOf(count)
    const replicas = new Replicas({
      ...{ mostRequests, now: () => now },
      onEjected: (_upstream, url) => ejected.push(url),
    })
    return {
      replicas,
      table,
      take: (avoid?: string) => replicas.take(table, 'app', '', avoid).replica,
      /** One request, through whichever is next, with a verdict by replica. */
      serve: (verdictOf: (url: string) => Verdict) => {
        const replica = replicas.take(table, 'app').replica
        replicas.give(table, 'app', replica, verdictOf(replica.url))
        return replica.url
      },
      shares: (times: number): Record<string, number> => {
        const counts: Record<string, number> = {}
        const taken = Array.from({ length: times }, () => replicas.take(table, 'app').replica)
        for (const one of taken) {
          counts[one.url] = (counts[one.url] ?? 0) + 1
          replicas.give(table, 'app', one, 'good')
        }
        return counts
      },
    }
  }

  it('gives to whoever has least to do, and takes turns among equals', () => {
    const { take, replicas, table } = make(3)
    const first = [take(), take(), take()]
    expect(new Set(first.map(({ url }) => url)).size).to.equal(3)
    replicas.give(table, 'app', first[1]!, 'good')
    expect(take().url).to.equal(first[1]!.url)
  })

  it('avoids one that has just failed, unless it is the only one', () => {
    const { take } = make(2)
    for (let i = 0; i < 4; i++) expect(take('http://r0').url).to.equal('http://r1')
    expect(make(1).take('http://r0').url).to.equal('http://r0')
  })

  it('ejects after five failures in a row, for 30 s, and lets it back bit by bit', () => {
    const { serve, shares } = make(2)
    const bad = (url: string): Verdict => (url === 'http://r0' ? 'bad' : 'good')
    for (let i = 0; i < 20 && ejected.length === 0; i++) serve(bad)
    expect(ejected).to.deep.equal(['http://r0'])
    expect(shares(50)).to.deep.equal({ 'http://r1': 50 })
    now += 30_001
    const back = shares(50)['http://r0'] ?? 0
    expect(back).to.be.within(2, 3)
    now += 15_000
    expect(shares(60)['http://r0']).to.be.within(14, 16)
    now += 15_000
    expect(shares(50)['http://r0']).to.equal(25)
  })

  it('ejects for longer each time, and forgives with time', () => {
    const { serve, shares } = make(2)
    const bad = (url: string): Verdict => (url === 'http://r0' ? 'bad' : 'good')
    const eject = (): void => {
      const before = ejected.length
      for (let i = 0; i < 500 && ejected.length === before; i++) serve(bad)
      expect(ejected.length).to.equal(before + 1)
    }
    eject()
    now += 30_001
    eject()
    now += 30_001
    expect(shares(40)['http://r0']).to.equal(undefined)
    now += 30_000
    expect(shares(40)['http://r0']).to.be.greaterThan(0)
    now += 60_000
    eject()
    now += 30_001
    expect(shares(40)['http://r0']).to.be.greaterThan(0)
  })

  it('does not eject for failures with a success between, nor for clients that leave', () => {
    const { serve } = make(2)
    const turns: Record<string, number> = {}
    const verdict = (url: string): Verdict => {
      turns[url] = (turns[url] ?? 0) + 1
      return turns[url] % 5 === 0 ? 'good' : 'bad'
    }
    for (let i = 0; i < 100; i++) serve(verdict)
    for (let i = 0; i < 100; i++) serve(() => 'unknown')
    expect(ejected).to.deep.equal([])
  })

  it('keeps nine of ten, and never loses the last', () => {
    const ten = make(20)
    for (let i = 0; i < 400; i++) ten.serve(() => 'bad')
    expect(ejected.length).to.equal(2)
    const one = make(1)
    for (let i = 0; i < 50; i++) one.serve(() => 'bad')
    expect(ejected).to.deep.equal([])
  })

  it('tries all when checks say that none is up', () => {
    const { replicas, take } = make(2)
    replicas.of('http://r0').checked(false, now)
    expect(take().url).to.equal('http://r1')
    replicas.of('http://r1').checked(false, now)
    expect(take().url).to.equal('http://r0')
  })

  it('breaks the circuit when all are full', () => {
    const { take, replicas, table } = make(2, 2)
    const all = [take(), take(), take(), take()]
    expect(() => take()).to.throw(UpstreamBusy)
    replicas.give(table, 'app', all[0]!, 'good')
    take()
    expect(() => replicas.pick(table, 'nobody')).to.throw(UpstreamUnreachable)
  })
})
