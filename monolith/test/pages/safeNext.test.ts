import { expect } from 'chai'
import { safeNext } from '../../src/pages/accountPages.ts'

describe('safeNext', () => {
  it('keeps paths of the shop', () => {
    expect(safeNext('/orders/5?x=1')).to.equal('/orders/5?x=1')
  })
  it('sends nobody away', () => {
    for (const next of [
      '//evil.test',
      '/\\evil.test',
      'https://evil.test',
      '',
      undefined,
      ['/a'],
    ]) {
      expect(safeNext(next), String(next)).to.equal('/')
    }
  })
})
