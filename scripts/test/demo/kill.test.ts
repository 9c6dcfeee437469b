import { expect } from 'chai'
import { KillPlanInvalid, parseKill } from '../../src/demo/kill.ts'

const processes = ['kafka', 'edge-1']

describe('parseKill', () => {
  it('reads a process and seconds, or a step', () => {
    expect(parseKill('kafka@12.5', processes)).to.deep.equal({ process: 'kafka', atSecond: 12.5 })
    expect(parseKill('edge-1@catchUp', processes)).to.deep.equal({
      process: 'edge-1',
      atStep: 'catchUp',
    })
  })

  for (const text of ['kafka', '@3', 'kafka@', 'zookeeper@3', 'kafka@lunch']) {
    it(`refuses ${text}`, () => {
      expect(() => parseKill(text, processes)).to.throw(KillPlanInvalid)
    })
  }
})
