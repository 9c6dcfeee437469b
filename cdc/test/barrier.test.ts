import { expect } from 'chai'
import type { ApplierState } from '../src/applierState.ts'
import { awaitApplied, BarrierTimeout, missing } from '../src/barrier.ts'

const passed: ApplierState = {
  domain: 'catalog',
  direction: 'forward',
  mode: 'apply',
  term: 7,
  token: 100n,
  topicId: 't',
  offset: 1n,
  generation: 'g',
  position: null,
  rogue: 2n,
  applied: 0n,
  snapshotRows: 0n,
  status: 'running',
  reason: null,
  ageMs: 1,
}

const barrier = {
  domain: 'catalog',
  direction: 'forward',
  token: 100n,
  term: 7,
  rogueAtMost: 2n,
  timeoutMs: 20,
  generation: 'g',
} as const

describe('barrier', () => {
  it('passes at the token, in mode apply, at the term, with no new rogue write', () => {
    expect(missing(barrier, passed)).to.equal(null)
    expect(missing(barrier, { ...passed, token: 101n })).to.equal(null)
  })

  it('is not passed by a token alone: a feed in audit mode applies nothing', () => {
    const lacking = missing(barrier, { ...passed, mode: 'audit', token: 500n })
    expect(lacking?.stands).to.equal('is in mode audit, not apply')
  })

  const cases: readonly (readonly [string, Partial<ApplierState>, string, boolean])[] = [
    ['an older token', { token: 99n }, 'stands at token 99 of 100', false],
    ['an older term', { term: 6 }, 'is at term 6, expected 7', false],
    ['a newer term', { term: 8 }, 'is at term 8, expected 7', true],
    ['a new rogue write', { rogue: 3n }, 'met 1 rogue write(s)', true],
    ['another generation', { generation: 'h' }, 'follows another marker generation (h)', false],
    ['quarantine', { status: 'quarantined', reason: 'x' }, 'is stopped by quarantine: x', true],
  ]
  for (const [name, change, stands, final] of cases) {
    it(`names ${name}${final ? ', and does not wait for it' : ''}`, () => {
      expect(missing(barrier, { ...passed, ...change })).to.deep.equal({ stands, final })
    })
  }

  it('says where it stands when the time is over', async () => {
    const row = { ...passed, domain: 'catalog', direction: 'forward', token: '99', rogue: '2' }
    const db = { query: async () => [{ ...row, kafka_offset: '1', snapshot_rows: '0', age_us: 1 }] }
    let thrown: unknown
    // The row has the columns of the real one; the rest of a state is not read from it.
    await awaitApplied(db as never, barrier).catch((error: unknown) => {
      thrown = error
    })
    expect(thrown).to.be.instanceOf(BarrierTimeout)
    expect((thrown as BarrierTimeout).message).to.match(
      /^catalog: the forward applier stands at token 99 of 100 after \d+ ms, limit is 20 ms; run: matapalo status catalog$/,
    )
  })
})
