import { expect } from 'chai'
import { InvalidArgumentError } from '../../cli/commander.ts'
import { whole } from '../../cli/numbers.ts'

describe('whole', () => {
  const parse = whole(1, 500)

  it('takes whole numbers between the limits', () => {
    expect([parse('1'), parse('500')]).to.deep.equal([1, 500])
  })

  for (const text of ['0', '501', '1.5', '-1', '1e2', 'abc', ''])
    it(`refuses "${text}" and names the limits`, () => {
      expect(() => parse(text)).to.throw(InvalidArgumentError, 'from 1 to 500')
    })
})
