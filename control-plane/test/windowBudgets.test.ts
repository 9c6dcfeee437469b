import { expect } from 'chai'
import { windowBudgets } from '../src/windowBudgets.ts'

const orders = { drainMs: 2_000, fenceMs: 500, catchUpMs: 1_500 }
const support = { drainMs: 1_000, fenceMs: 400, catchUpMs: 2_000 }

describe('windowBudgets', () => {
  it('gives the slowest domain of a group time to drain, and the rest the tightest budget', () => {
    const together = { drainMs: 2_000, fenceMs: 400, catchUpMs: 1_500 }
    expect(windowBudgets([orders, support])).to.deep.equal(together)
  })

  it('is what was asked for', () => {
    expect(windowBudgets([orders, support], { drainMs: 50 }).drainMs).to.equal(50)
  })
})
