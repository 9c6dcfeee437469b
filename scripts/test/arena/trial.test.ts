import { expect } from 'chai'
import { isCleared, isConvicted, type TrialResult, trials } from '../../src/arena/trial.ts'

const clean: TrialResult = {
  outcome: 'completed',
  pauseMs: 50,
  requests: 900,
  failed: 0,
  lost: 0,
  doubled: 0,
  stale: 0,
  examples: [],
}

describe('a trial', () => {
  for (const trial of trials) {
    it(`convicts of its own crime alone when ${trial.name}`, () => {
      const guilty = { ...clean, [trial.crime]: 1 }
      const others = { ...clean, failed: 1, lost: 1, doubled: 1, stale: 1, [trial.crime]: 0 }
      expect(isConvicted(trial, guilty)).to.equal(true)
      expect(isConvicted(trial, others)).to.equal(false)
      expect(isConvicted(trial, { ...guilty, outcome: 'unwound' })).to.equal(false)
    })
  }

  it('clears only a toolkit that completed and is accused of nothing', () => {
    expect(isCleared(clean)).to.equal(true)
    expect(isCleared({ ...clean, outcome: 'unwound' })).to.equal(false)
    for (const crime of ['failed', 'lost', 'doubled', 'stale'])
      expect(isCleared({ ...clean, [crime]: 1 }), crime).to.equal(false)
  })
})
