import { expect } from 'chai'
import { InvalidArgumentError } from '../../../cli/commander.ts'
import { parityText } from '../../../cli/commands/parity.ts'
import { percent } from '../../../cli/numbers.ts'

const answer = {
  ...{ domain: 'catalog', phase: 'shadow', round: 2, since: null, rate: 1, share: null },
  verdict: 'fail',
  why: 'catalog GET,HEAD /api/books/:id: 3 of 400 answers differ in $.price',
  expired: ['the ignore rule for $.at (clock) ended on 2026-01-01: mend it'],
  limits: { samples: 400, agreement: 0.99 },
  routes: [
    {
      ...{ route: 'catalog GET,HEAD /api/books/:id', verdict: 'fail', agreement: 0.978 },
      ...{ equal: 397, racing: 0, mismatch: 3, inconclusive: 1, dropped: 2 },
    },
  ],
  samples: [
    {
      ...{ route: 'catalog GET,HEAD /api/books/:id', outcome: 'mismatch', kind: 'value' },
      ...{ path: '$.price', control: 'text of 5 #aa', candidate: 'text of 5 #bb', requestId: 'r1' },
    },
  ],
}

describe('parityText', () => {
  it('says the verdict, each route, what is wrong with the rules, and samples', () => {
    const text = parityText(answer)
    for (const part of [
      '3 of 400 answers differ in $.price',
      '100 % of reads compared',
      'ended on 2026-01-01',
      '97.8 %',
      'text of 5 #bb',
      'at least 99 % right',
    ])
      expect(text).to.contain(part)
  })
})

describe('percent', () => {
  it('takes shares with two decimals at most', () => {
    expect(['0', '5', '2.25', '100', '10%'].map(percent)).to.deep.equal([0, 5, 2.25, 100, 10])
  })

  for (const text of ['101', '-1', '1e1', 'five', '', '0.001'])
    it(`refuses "${text}"`, () => {
      expect(() => percent(text)).to.throw(InvalidArgumentError)
    })
})
