import { expect } from 'chai'
import { chosenAction } from '../../../cli/commands/backfill.ts'
import { Exit } from '../../../cli/exit.ts'

describe('chosenAction', () => {
  it('starts when nothing is said', () => {
    expect(chosenAction(undefined, { wait: true })).to.equal('start')
  })

  it('takes an action as an argument or as a flag', () => {
    expect(chosenAction('pause', {})).to.equal('pause')
    expect(chosenAction(undefined, { resume: true, wait: true })).to.equal('resume')
    expect(chosenAction('stop', { stop: true })).to.equal('stop')
  })

  it('refuses two at once, and waiting for what does not complete', () => {
    expect(() => chosenAction('pause', { resume: true })).to.throw(Exit, 'pause and resume')
    expect(() => chosenAction('start', { stop: true })).to.throw(Exit, 'choose one')
    expect(() => chosenAction(undefined, { pause: true, wait: true })).to.throw(Exit, '--wait')
  })
})
