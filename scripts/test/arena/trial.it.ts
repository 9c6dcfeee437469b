import { expect } from 'chai'
import { isConvicted, runTrial, trials } from '../../src/arena/trial.ts'
import { testInstance } from '../../src/stack/testing.ts'

describe('a cutover under load', function () {
  this.timeout(240_000)

  trials.forEach((trial, n) => {
    it(`is convicted of its own crime (${trial.crime}) when ${trial.name}`, async () => {
      const result = await runTrial(trial, false, testInstance(`broken-${n}`))
      expect(isConvicted(trial, result), JSON.stringify(result)).to.equal(true)
    })
  })

  const settings = [
    ...new Map(trials.map((trial) => [JSON.stringify(trial.setting), trial])).values(),
  ]
  settings.forEach((trial, n) => {
    const held = Object.keys(trial.setting).join(', ')
    it(`loses, doubles, fails and ages nothing with everything in place and a slow ${held}`, async () => {
      const result = await runTrial(trial, true, testInstance(`whole-${n}`))
      expect(result, JSON.stringify(result)).to.include({
        outcome: 'completed',
        failed: 0,
        lost: 0,
        doubled: 0,
        stale: 0,
      })
    })
  })
})
