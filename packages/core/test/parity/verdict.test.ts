import {
  defaultRules,
  emptyTally,
  expiredRules,
  judgeParity,
  judgeRoute,
  type Tally,
  wilsonLower,
} from '@matapalo/core/parity/index'
import { expect } from 'chai'

const evidence = (tally: Partial<Tally>, fields: readonly string[] = []) => ({
  route: 'catalog GET,HEAD /api/books/:id',
  tally: { ...emptyTally, ...tally },
  fields,
})

describe('judgeParity', () => {
  it('passes when enough answers were equal, or equal once nothing moved', () => {
    expect(judgeRoute(evidence({ equal: 390, racing: 10 }), defaultRules).verdict).to.equal('pass')
  })

  it('is inconclusive without traffic, below the minimum, and while copies come to nothing', () => {
    expect(judgeRoute(evidence({}), defaultRules)).to.deep.include({
      verdict: 'inconclusive',
      why: '0 answers compared, 400 are wanted',
    })
    expect(judgeRoute(evidence({ equal: 399 }), defaultRules).verdict).to.equal('inconclusive')
    const hanging = judgeRoute(evidence({ equal: 400, inconclusive: 100 }), defaultRules)
    expect(hanging.verdict).to.equal('inconclusive')
    expect(hanging.why).to.contain('80 % of the copies')
    const few = judgeRoute(evidence({ equal: 100 }), { ...defaultRules, samples: 10 })
    expect(few.why).to.match(/agreement is at least 96.3 %/)
  })

  it('fails at the first wrong answer, whatever the number, and names the fields', () => {
    const verdict = judgeRoute(
      evidence({ equal: 3, mismatch: 1 }, ['$.price', 'status']),
      defaultRules,
    )
    expect(verdict).to.deep.include({
      verdict: 'fail',
      why: '1 of 4 answers differ in $.price, status',
    })
    const allowed = { ...defaultRules, mismatches: 0.01, agreement: 0.98 }
    expect(judgeRoute(evidence({ equal: 999, mismatch: 1 }), allowed).verdict).to.equal('pass')
  })

  it('says the worst of all routes, and no route is no evidence', () => {
    const good = evidence({ equal: 500 })
    expect(judgeParity([good, evidence({})], defaultRules).verdict).to.equal('inconclusive')
    const bad = judgeParity([evidence({}), good, evidence({ mismatch: 1 }, ['$.a'])], defaultRules)
    expect(bad.verdict).to.equal('fail')
    expect(bad.why).to.contain('$.a')
    expect(judgeParity([], defaultRules).verdict).to.equal('inconclusive')
  })

  it('knows the lower bound of Wilson', () => {
    expect(wilsonLower(0, 0)).to.equal(0)
    expect(wilsonLower(3840, 3840)).to.be.closeTo(0.999, 1e-5)
    expect(wilsonLower(95, 100)).to.be.closeTo(0.8882, 1e-4)
  })
})

describe('expiredRules', () => {
  it('counts a rule on its last day, and no more on the next', () => {
    const ignore = [{ path: '$.at', until: '2026-11-22', why: 'clock' }]
    expect(expiredRules({ ...defaultRules, ignore }, '2026-11-22')).to.deep.equal([])
    expect(expiredRules({ ...defaultRules, ignore }, '2026-11-23')).to.deep.equal(ignore)
  })
})
