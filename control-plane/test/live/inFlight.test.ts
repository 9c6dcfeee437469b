import { expect } from 'chai'
import { settleInFlight } from '../../src/live/inFlight.ts'

/** Answers one count after the other, then the last one for ever. */
const counts = (...answers: readonly number[]) => {
  const left = [...answers]
  return {
    query: async () => [{ n: String(left.length > 1 ? left.shift() : left[0]) }],
  }
}

const drain = (settleMs: number | null) => ({ query: 'SELECT 1', side: null, settleMs })

describe('settleInFlight', () => {
  it('waits until nothing is in flight any more', async () => {
    const settled = await settleInFlight(counts(3, 1, 0), [drain(60_000)])
    expect(settled).to.deep.include({ before: 3, left: 0 })
  })

  it('goes on with what is left when the time is over', async () => {
    expect(await settleInFlight(counts(2, 2), [drain(150)])).to.deep.include({ before: 2, left: 2 })
  })

  it('does not wait where no time is named', async () => {
    expect(await settleInFlight(counts(1), [drain(null)])).to.deep.include({ before: 1, left: 1 })
  })

  it('tells nothing where the manifest names no work', async () => {
    expect(await settleInFlight(counts(9), [])).to.equal(null)
  })
})
