import { expect } from 'chai'
import { renderBench } from '../../src/bench/bench.ts'
import { interval, median, ratioAtLeast, ratioAtMost } from '../../src/bench/edge/statistics.ts'

describe('the statistics of benches', () => {
  it('take the middle of odd and of even numbers', () => {
    expect([median([3, 1, 2]), median([4, 1, 3, 2])]).to.deep.equal([2, 2.5])
  })

  it('give the same interval for the same figures, around their median', () => {
    const values = [1.4, 1.5, 1.6, 1.55, 1.45, 1.5, 1.52, 1.61, 1.39, 1.5]
    const { low, median: middle, high } = interval(values)
    expect(interval(values)).to.deep.equal({ low, median: middle, high })
    expect(low).to.be.at.least(1.39).and.at.most(middle)
    expect(high).to.be.at.most(1.61).and.at.least(middle)
  })

  it('take a bar for met when the interval reaches it, and not otherwise', () => {
    const values = [1.4, 1.5, 1.6, 1.55, 1.45, 1.5, 1.52, 1.61, 1.39, 1.5]
    expect(ratioAtLeast('x', 'y', values, 1.5).met).to.equal(true)
    expect(ratioAtLeast('x', 'y', values, 1.7).met).to.equal(false)
    expect(ratioAtMost('x', 'y', values, 1.5).met).to.equal(true)
    expect(ratioAtMost('x', 'y', values, 1.3).met).to.equal(false)
  })
})

describe('renderBench', () => {
  it('does not round a ratio up to its bar', () => {
    const machine = { cpu: 'x', cores: 2, memoryGiB: 24 }
    const row = { what: 'throughput', value: 1.06, unit: '×', bar: '≥ 1.1 ×', met: false }
    expect(renderBench({ bench: 'edge', machine, rows: [row] })).to.include('1.06 ×')
  })
})
