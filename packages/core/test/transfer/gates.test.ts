import { type GateAnswer, judge, nextPhases, phases, transferEnds } from '@matapalo/core'
import { expect } from 'chai'

const answer = (gate: string, verdict: GateAnswer['verdict']): GateAnswer => ({
  gate,
  domain: 'catalog',
  verdict,
  line: `catalog: ${gate}`,
})

describe('judge', () => {
  it('allows when every gate passes', () => {
    expect(judge([answer('lag', 'pass')], []).allowed).to.equal(true)
  })

  it('refuses a gate that is not configured until the operator switches it off', () => {
    const answers = [answer('lag', 'pass'), answer('parity', 'not configured')]
    expect(judge(answers, []).refusals.map((one) => one.gate)).to.deep.equal(['parity'])
    const judgement = judge(answers, ['parity'])
    expect(judgement.allowed).to.equal(true)
    expect(judgement.waived.map((one) => one.gate)).to.deep.equal(['parity'])
  })

  it('never lets a safety fact be switched off', () => {
    const judgement = judge([answer('triggers', 'fail')], ['triggers'])
    expect(judgement.allowed).to.equal(false)
    expect(judgement.unknown).to.deep.equal(['triggers'])
  })
})

describe('phases', () => {
  it('lets a rollback return to backfill and a cutover end in service', () => {
    expect(nextPhases('service')).to.include(transferEnds('rollback').after)
    expect(nextPhases('cutover')).to.include(transferEnds('cutover').after)
    for (const phase of transferEnds('cutover').startsIn)
      expect(nextPhases(phase)).to.include('cutover')
  })

  it('leads out of every phase but the last', () => {
    for (const phase of phases.slice(0, -1)) expect(nextPhases(phase)).to.not.deep.equal([])
  })
})
