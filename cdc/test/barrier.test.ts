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
  ]
  for (const [name, change, stands, final] of cases) {
    it(`names ${name}${final ? ', and does not wait for it' : ''}`, () => {
      expect(missing(barrier, { ...passed, ...change })).to.deep.equal({ stands, final })
    })
  }

  const thrownBy = async (change: Readonly<Record<string, unknown>>): Promise<string> => {
    const row = { ...passed, domain: 'catalog', direction: 'forward', rogue: '2', ...change }
    const db = { query: async () => [{ ...row, kafka_offset: '1', snapshot_rows: '0', age_us: 1 }] }
    // The row has the columns of the real one; the rest of a state is not read from it.
    const error = await awaitApplied(db as never, barrier).catch((thrown: unknown) => thrown)
    expect(error).to.be.instanceOf(BarrierTimeout)
    return (error as BarrierTimeout).message
  }

  it('says at once, and without talking of time, that the applier stands in quarantine', async () => {
    expect(
      await thrownBy({ status: 'quarantined', reason: 'no such status', token: '1' }),
    ).to.equal(
      'catalog: the forward applier has stopped at a change that it cannot write (no such status), ' +
        'so what the owner has written last cannot arrive; run: matapalo quarantine catalog',
    )
  })

  it('says where it stands when the time is over', async () => {
    expect(await thrownBy({ token: '99' })).to.match(
      /^catalog: the forward applier stands at token 99 of 100 after \d+ ms, limit is 20 ms; run: matapalo status catalog$/,
    )
  })
})
