import type { DomainState, Side } from '@matapalo/core'
import { silentLog, until } from '@matapalo/runtime'
import { expect } from 'chai'
import { NotFreshInTime, TableOutdated } from '../../src/errors.ts'
import { type AppliedState, AppliedWatch } from '../../src/freshness/applied.ts'
import { Freshness, type FreshRead, type FreshWrite } from '../../src/freshness/freshness.ts'
import type { Keep, Remembered, TokenStore } from '../../src/freshness/store.ts'
import { newest, type Token } from '../../src/freshness/token.ts'
import { SideLost, Tokens } from '../../src/freshness/tokens.ts'

/** One edge's view of a memory that several may share. */
class FakeStore implements TokenStore {
  down = false
  readonly tokens = new Map<string, Token>()
  readonly dirty = new Map<string, Set<string>>()

  #alive(): void {
    if (this.down) throw new Error('store is down')
  }
  async read(domains: readonly string[], subjects: readonly string[]): Promise<Remembered[]> {
    this.#alive()
    return domains.map((domain) => ({
      token: ['floor', ...subjects].reduce<Token | null>(
        (best, who) => newest(best, this.tokens.get(`${domain}/${who}`) ?? null),
        null,
      ),
      dirty: subjects.some((who) => (this.dirty.get(`${domain}/${who}`)?.size ?? 0) > 0),
    }))
  }
  async mark(domains: readonly string[], subjects: readonly string[], write: string) {
    this.#alive()
    for (const domain of domains) {
      for (const who of subjects) {
        const key = `${domain}/${who}`
        this.dirty.set(key, (this.dirty.get(key) ?? new Set()).add(write))
      }
    }
  }
  async keep(tokens: readonly Keep[], write: { id: string; subjects: readonly string[] }) {
    this.#alive()
    for (const { domain, subject, token } of tokens) {
      const key = `${domain}/${subject ?? 'floor'}`
      this.tokens.set(key, newest(this.tokens.get(key) ?? null, token) as Token)
      for (const who of write.subjects) this.dirty.get(`${domain}/${who}`)?.delete(write.id)
    }
  }
  async unmark(domains: readonly string[], subjects: readonly string[], write: string) {
    this.#alive()
    for (const domain of domains) {
      for (const who of subjects) this.dirty.get(`${domain}/${who}`)?.delete(write)
    }
  }
  announceSession(): void {}
}

describe('Freshness', () => {
  let state: DomainState
  let marker: number
  let markerDown: boolean
  let markerTerm: number
  let markerOwner: Side
  let applied: AppliedState
  let reads: number
  let store: FakeStore
  let stale: string[]
  let kept: string[]
  let refreshed: number
  let onRefresh: () => void
  let freshness: Freshness

  const read = (over: Partial<FreshRead> = {}): FreshRead => ({
    domains: ['catalog'],
    side: 'monolith',
    access: 'read',
    subjects: ['c:ana'],
    signal: new AbortController().signal,
    ...over,
  })
  const write = (over: Partial<FreshWrite> = {}): FreshWrite => ({
    id: 'w1',
    subjects: ['c:ana'],
    domains: [{ domain: 'catalog', owner: 'service' }],
    ...over,
  })
  const make = (over: { readMaxMs?: number; writeMaxMs?: number } = {}): Freshness => {
    const watch = new AppliedWatch(async () => {
      reads += 1
      return [applied]
    }, 1)
    return new Freshness({
      store,
      tokens: new Tokens(async (side) => {
        if (markerDown) throw new Error('database is down')
        if (side !== markerOwner) throw new SideLost(side, 'catalog')
        marker += 1
        return { side, generation: 'g1', term: markerTerm, n: BigInt(marker) }
      }),
      applied: { monolith: watch, service: watch },
      state: () => state,
      refresh: async () => {
        refreshed += 1
        onRefresh()
      },
      report: {
        waited: () => undefined,
        kept: (outcome) => kept.push(outcome),
        possiblyStale: (domain) => stale.push(domain),
      },
      log: silentLog,
      readMaxMs: over.readMaxMs ?? 500,
      writeMaxMs: over.writeMaxMs ?? 200,
    })
  }
  const apply = (token: number): void => {
    applied = { ...applied, token: BigInt(token) }
  }

  beforeEach(() => {
    state = {
      domain: 'catalog',
      phase: 'service',
      owner: 'service',
      term: 4,
      hold: false,
      service: 'catalog',
    }
    marker = 0
    markerDown = false
    markerTerm = 3
    markerOwner = 'service'
    reads = 0
    applied = {
      domain: 'catalog',
      direction: 'reverse',
      mode: 'apply',
      term: 3,
      token: 0n,
      generation: 'g1',
    }
    store = new FakeStore()
    stale = []
    kept = []
    refreshed = 0
    onRefresh = () => undefined
    freshness = make()
  })

  it('lets who wrote nothing read at once, without a look at the database', async () => {
    expect(await freshness.beforeRead(read())).to.equal('fresh')
    expect({ reads, marker }).to.deep.equal({ reads: 0, marker: 0 })
  })

  it('holds a read until the token of its own write is applied', async () => {
    await freshness.afterWrite(write(), ['c:ana'])
    let done = false
    const waiting = freshness.beforeRead(read()).then((outcome) => {
      done = true
      return outcome
    })
    await until(() => reads > 2, { timeoutMs: 500, everyMs: 1 })
    expect(done).to.equal(false)
    apply(1)
    expect(await waiting).to.equal('fresh')
    expect(await freshness.beforeRead(read({ subjects: ['c:bo'] }))).to.equal('fresh')
  })

  it('is not fooled by a feed in audit mode, at an older term', async () => {
    freshness = make({ readMaxMs: 20 })
    await freshness.afterWrite(write(), ['c:ana'])
    applied = { ...applied, token: 99n, mode: 'audit' }
    expect(await freshness.beforeRead(read())).to.equal('stale')
    applied = { ...applied, mode: 'apply', term: 2 }
    expect(await freshness.beforeRead(read())).to.equal('stale')
    applied = { ...applied, term: 3 }
    expect(await freshness.beforeRead(read())).to.equal('fresh')
  })

  it('takes a fresh token for a reader who may be known by another subject too', async () => {
    apply(1)
    expect(await freshness.beforeRead(read({ subjects: ['b:ana'], unsure: true }))).to.equal(
      'fresh',
    )
    expect(marker).to.equal(1)
  })

  it("keeps a writer's token for everybody while his other subject is not known", async () => {
    freshness = make({ readMaxMs: 20 })
    const one = write({ subjects: ['b:ana'], everybody: true })
    await freshness.beforeWrite(one)
    await freshness.afterWrite(one, ['b:ana'])
    expect(store.dirty.get('catalog/b:ana')?.size).to.equal(0)
    expect(await freshness.beforeRead(read())).to.equal('stale')
    apply(1)
    expect(await freshness.beforeRead(read())).to.equal('fresh')
  })

  it('raises a floor for everybody when a write has no identity', async () => {
    freshness = make({ readMaxMs: 20 })
    await freshness.afterWrite(write({ subjects: [] }), [])
    expect(await freshness.beforeRead(read({ subjects: [] }))).to.equal('stale')
    apply(1)
    expect(await freshness.beforeRead(read({ subjects: ['c:bo'] }))).to.equal('fresh')
  })

  it('serves a read at the limit, counted as possibly stale, and refuses a write', async () => {
    freshness = make({ readMaxMs: 20 })
    await freshness.afterWrite(write(), ['c:ana'])
    expect(await freshness.beforeRead(read())).to.equal('stale')
    expect(stale).to.deep.equal(['catalog'])
    const refused = await freshness.beforeRead(read({ access: 'write' })).catch((e: unknown) => e)
    expect(refused).to.be.instanceOf(NotFreshInTime)
  })

  it('takes a fresh token for who has a write under way', async () => {
    await freshness.beforeWrite(write())
    apply(1)
    expect(await freshness.beforeRead(read())).to.equal('fresh')
    expect(marker).to.equal(1)
    freshness.notWritten(write())
    await freshness.beforeRead(read())
    expect(marker).to.equal(1)
  })

  it('takes a fresh token when the store is down on a read', async () => {
    store.down = true
    apply(1)
    expect(await freshness.beforeRead(read())).to.equal('fresh')
    expect(marker).to.equal(1)
  })

  it("holds a write's answer until it is applied when the store is down", async () => {
    store.down = true
    let done = false
    const answer = freshness.afterWrite(write(), ['c:ana']).then(() => {
      done = true
    })
    await until(() => reads > 1, { timeoutMs: 500, everyMs: 1 })
    expect(done).to.equal(false)
    apply(1)
    await answer
    expect(kept).to.deep.equal(['applied'])
  })

  it('trusts nothing it remembers after the store may have forgotten, until a floor is taken', async () => {
    markerDown = true
    freshness.storeForgot(['catalog'])
    freshness = make({ readMaxMs: 60 })
    freshness.storeForgot(['catalog'])
    expect(await freshness.beforeRead(read())).to.equal('stale')
    markerDown = false
    await until(() => marker > 0, { timeoutMs: 500 })
    expect(await freshness.beforeRead(read())).to.equal('stale')
    apply(marker)
    expect(await freshness.beforeRead(read())).to.equal('fresh')
  })

  it('leaves the writer dirty when no token can be had', async () => {
    freshness = make({ writeMaxMs: 30, readMaxMs: 30 })
    await freshness.beforeWrite(write())
    markerDown = true
    await freshness.afterWrite(write(), ['c:ana'])
    expect(kept).to.deep.equal(['unprotected'])
    expect(await freshness.beforeRead(read())).to.equal('stale')
  })

  it('does not wait for tokens of the side that has lost the domain since', async () => {
    await freshness.afterWrite(write({ domains: [{ domain: 'catalog', owner: 'monolith' }] }), [
      'c:ana',
    ])
    expect(await freshness.beforeRead(read())).to.equal('fresh')
  })

  it('keeps no token of a side whose marker says that it has lost the domain meanwhile', async () => {
    const before = write({ domains: [{ domain: 'catalog', owner: 'monolith' }] })
    await freshness.beforeWrite(before)
    await freshness.afterWrite(before, ['c:ana'])
    expect([kept, [...store.tokens.keys()]]).to.deep.equal([['kept'], []])
    expect(await freshness.beforeRead(read())).to.equal('fresh')
    expect(marker).to.equal(0)
  })

  it('asks for the newest table when that marker is what a read needs a token of', async () => {
    state = { ...state, owner: 'monolith', term: 3 }
    const asked = read({ side: 'service', unsure: true })
    const refused = await freshness.beforeRead(asked).catch((error: unknown) => error)
    expect(refused).to.be.instanceOf(TableOutdated)
    onRefresh = () => {
      state = { ...state, owner: 'service', term: 4 }
    }
    expect(await freshness.beforeRead(asked)).to.equal('fresh')
  })

  it('asks for the newest table when a token is of a later term, and refuses if there is none', async () => {
    markerTerm = 9
    applied = { ...applied, term: 9, token: 1n }
    await freshness.afterWrite(write(), ['c:ana'])
    const refused = await freshness.beforeRead(read()).catch((error: unknown) => error)
    expect(refused).to.be.instanceOf(TableOutdated)
    onRefresh = () => {
      state = { ...state, term: 9 }
    }
    expect(await freshness.beforeRead(read())).to.equal('fresh')
    expect(refreshed).to.equal(2)
  })

  it('notices, by a token of the other side, that a held domain has moved', async () => {
    await freshness.afterWrite(write(), ['c:ana'])
    state = { ...state, owner: 'monolith', term: 3, hold: true }
    const refused = await freshness.beforeRead(read()).catch((error: unknown) => error)
    expect(refused).to.be.instanceOf(TableOutdated)
  })

  it('replaces a token of another marker generation by a fresh one', async () => {
    store.tokens.set('catalog/c:ana', { side: 'service', generation: 'g0', term: 3, n: 500n })
    apply(1)
    expect(await freshness.beforeRead(read())).to.equal('fresh')
    expect(marker).to.equal(1)
  })

  it('takes tokens along when an answer makes another session of this one', async () => {
    await freshness.afterWrite(write(), ['c:ana'])
    await freshness.carryOver(['catalog'], ['c:ana'], 'c:ana2')
    expect(store.tokens.get('catalog/c:ana2')?.n).to.equal(1n)
    await freshness.carryOver(['catalog'], ['c:ana2'], null)
    expect(store.tokens.get('catalog/floor')?.n).to.equal(1n)
  })

  it('makes the session dirty that replaces one with a write under way', async () => {
    freshness = make({ readMaxMs: 20 })
    await freshness.beforeWrite(write())
    await freshness.carryOver(['catalog'], ['c:ana'], 'c:ana2')
    // Its token is kept for whoever sent it.
    await freshness.afterWrite(write(), ['c:ana'])
    expect(await freshness.beforeRead(read({ subjects: ['c:ana2'] }))).to.equal('stale')
    expect(await freshness.beforeRead(read({ subjects: ['c:bo'] }))).to.equal('fresh')
    apply(marker)
    apply(marker + 1)
    expect(await freshness.beforeRead(read({ subjects: ['c:ana2'] }))).to.equal('fresh')
  })

  it('leaves a session clean whose own write has made it', async () => {
    await freshness.beforeWrite(write())
    await freshness.afterWrite(write(), ['c:ana', 'c:ana2'])
    await freshness.carryOver(['catalog'], ['c:ana'], 'c:ana2')
    expect(store.dirty.get('catalog/c:ana2')).to.equal(undefined)
  })

  it('needs fresh tokens of everybody when a session ends with a write under way', async () => {
    freshness = make({ readMaxMs: 20 })
    await freshness.beforeWrite(write())
    await freshness.carryOver(['catalog'], ['c:ana'], null)
    expect(await freshness.beforeRead(read({ subjects: [] }))).to.equal('stale')
    apply(marker + 1)
    expect(await freshness.beforeRead(read({ subjects: [] }))).to.equal('fresh')
  })
})
