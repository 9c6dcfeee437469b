import { expect } from 'chai'
import type { Write, WriteFate } from '../../../src/traffic/ledger.ts'
import { Judge } from '../../../src/traffic/verdict/judge.ts'

const write = (fate: WriteFate): Write => ({ reference: 'r', kind: 'ticket', fate, at: 0 })

describe('Judge', () => {
  it('counts where the write belongs', () => {
    const judge = new Judge()
    judge.judge(write('acknowledged'), 0, 'ticket')
    judge.judge({ ...write('acknowledged'), kind: 'account' }, 2, 'account')
    expect(judge.byDomain.support).to.include({ lostWrites: 1, doubledWrites: 0 })
    expect(judge.byDomain.users).to.include({ lostWrites: 0, doubledWrites: 1 })
    expect(judge.total).to.include({ lostWrites: 1, doubledWrites: 1 })
  })

  it('takes an unanswered write once or not at all, and a refused one not at all', () => {
    const judge = new Judge()
    for (const found of [0, 1, 2]) judge.judge(write('unknown'), found, 'ticket')
    judge.judge(write('refused'), 1, 'ticket')
    expect(judge.total).to.deep.equal({
      lostWrites: 0,
      doubledWrites: 2,
      unknownWrites: 3,
      unknownThatExist: 2,
    })
  })

  it('convicts what came back after it was taken away', () => {
    const judge = new Judge()
    judge.judgeGone({ ...write('acknowledged'), kind: 'logout' }, true, 'session')
    judge.judgeGone({ ...write('unknown'), kind: 'logout' }, true, 'session')
    expect(judge.byDomain.users.lostWrites).to.equal(1)
  })
})
