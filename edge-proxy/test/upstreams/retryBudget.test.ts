import { expect } from 'chai'
import { RetryBudget } from '../../src/upstreams/retryBudget.ts'

describe('RetryBudget', () => {
  it('lets a fifth of the requests be sent again when all fail', () => {
    const now = 0
    const budget = new RetryBudget(() => now)
    let retries = 0
    for (let i = 0; i < 10_000; i++) {
      budget.request()
      if (budget.retry()) retries += 1
    }
    expect(retries).to.be.within(1_990, 2_020)
  })

  it('has a few a second for those with little traffic', () => {
    let now = 0
    const budget = new RetryBudget(() => now)
    for (let i = 0; i < 10; i++) expect(budget.retry()).to.equal(true)
    expect(budget.retry()).to.equal(false)
    now += 1_000
    expect([budget.retry(), budget.retry(), budget.retry(), budget.retry()]).to.deep.equal([
      ...[true, true, true, false],
    ])
  })
})
