import { expect } from 'chai'
import { countsOf } from '../../src/test/mochaRun.ts'

describe('countsOf', () => {
  it('takes the counts from the summary', () => {
    expect(countsOf('  12 passing (1s)\n  3 failing\n', 3)).to.deep.equal({ passed: 12, failed: 3 })
  })

  it('is not misled by a colour or by a title that looks like a summary', () => {
    const output = '    1 passing test\n\u001b[32m  7 passing\u001b[0m (2s)\n'
    expect(countsOf(output, 0)).to.deep.equal({ passed: 7, failed: 0 })
  })

  it('counts a run without a summary, and one that ends badly, as a failure', () => {
    expect(countsOf('', 1)).to.deep.equal({ passed: 0, failed: 1 })
    expect(countsOf('  7 passing\n', null)).to.deep.equal({ passed: 7, failed: 1 })
  })
})
