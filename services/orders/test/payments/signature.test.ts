import { expect } from 'chai'
import { isSigned, signatureOf } from '../../src/providers/signature.ts'

describe('isSigned', () => {
  const body = { event: 'e', outcome: 'succeeded' }
  const good = signatureOf('secret', body)

  it('believes what was signed with the secret', () => {
    expect(isSigned('secret', body, good)).to.equal(true)
  })

  for (const [what, secret, signed, given] of [
    ['another secret', 'other', body, good],
    ['another body', 'secret', { ...body, outcome: 'declined' }, good],
    ['no signature', 'secret', body, undefined],
    ['an empty one', 'secret', body, ''],
    ['a shorter one', 'secret', body, good.slice(0, -1)],
    ['upper case', 'secret', body, good.toUpperCase()],
  ] as const) {
    it(`does not believe ${what}`, () => {
      expect(isSigned(secret, signed, given)).to.equal(false)
    })
  }
})
