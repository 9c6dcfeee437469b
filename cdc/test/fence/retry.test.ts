import { expect } from 'chai'
import { withinBudget } from '../../src/fence/retry.ts'

const failing = (errno: number, times: number) => {
  let left = times
  return async (): Promise<string> => {
    left -= 1
    if (left >= 0) throw Object.assign(new Error('from the server'), { errno })
    return 'done'
  }
}

describe('withinBudget', () => {
  for (const errno of [1205, 1213, 1969, 1020, 1711]) {
    it(`tries again after error ${errno}`, async () => {
      const { value, attempts } = await withinBudget({ budgetMs: 5_000 }, failing(errno, 2))
      expect([value, attempts]).to.deep.equal(['done', 3])
    })
  }

  it('gives up when the budget is used up, with the last error', async () => {
    const { value, lastError } = await withinBudget({ budgetMs: 20 }, failing(1711, 1_000))
    expect([value, (lastError as { errno: number }).errno]).to.deep.equal([undefined, 1711])
  })

  it('throws what waiting does not mend', async () => {
    const outcome = await withinBudget({ budgetMs: 5_000 }, failing(1064, 1)).then(
      () => 'done',
      () => 'thrown',
    )
    expect(outcome).to.equal('thrown')
  })
})
