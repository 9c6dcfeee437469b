import { expect } from 'chai'
import { judgeFence } from '../src/reconcileFence.ts'

const intent = { domain: 'catalog', side: 'monolith', closed: true, seq: 7, term: 3 } as const

describe('judgeFence', () => {
  it('leaves a fence alone that is as the ledger says', () => {
    expect(judgeFence({ closed: true, seq: 7, term: 3 }, intent).kind).to.equal('right')
  })
  it('repairs one that is behind, whatever it says', () => {
    expect(judgeFence({ closed: false, seq: 6, term: 2 }, intent).kind).to.equal('repair')
    expect(judgeFence({ closed: true, seq: 6, term: 3 }, intent).kind).to.equal('repair')
  })
  it('repairs one that somebody has opened by hand', () => {
    expect(judgeFence({ closed: false, seq: 7, term: 3 }, intent).kind).to.equal('repair')
  })
  it('freezes the domain when the fence is newer than the ledger', () => {
    expect(judgeFence({ closed: true, seq: 8, term: 3 }, intent).kind).to.equal('freeze')
  })
  it('freezes the domain when the row is gone', () => {
    expect(judgeFence(null, intent).kind).to.equal('freeze')
  })
})
