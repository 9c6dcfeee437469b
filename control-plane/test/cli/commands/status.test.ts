import { expect } from 'chai'
import { statusText } from '../../../cli/commands/status.ts'

const answer = {
  domain: 'catalog',
  phase: 'service',
  owner: 'service',
  ownerTerm: 2,
  hold: true,
  prepared: true,
  frozen: null,
  manifest: { file: 'catalog.yaml', version: 3 },
  feeds: [{ direction: 'forward', connector: null, applier: null, lagMs: 12.7 }],
  lagMs: null,
  fences: { monolith: { closed: true }, service: null },
  backfill: { state: 'paused', percent: 40, rows: 4, estimatedRows: 10 },
  quarantine: [
    { direction: 'forward', id: 7, table: 'books', key: 'id=12', message: 'does not fit' },
  ],
  rogueWrites: [],
  refusedWrites: 0,
  refusals: [],
  privileges: [
    { side: 'monolith', state: 'taken', tables: ["books of 'shop'@'%'"], wider: ["'cron'@'%'"] },
    { side: 'service', state: 'given', tables: ["product of 'catalog'@'%'"], wider: [] },
  ],
  verification: null,
  edges: [{ connected: true }, { connected: false }, { gone: true }],
  epoch: 9,
  transfer: null,
  whyNot: ['catalog: lag is unknown'],
}

describe('statusText', () => {
  const text = statusText(answer)

  it('says what is held, fenced, paused and away', () => {
    expect(text).to.match(/^owner +service \(term 2\), writes held$/m)
    expect(text).to.match(/^fences +monolith closed, service cannot be read$/m)
    expect(text).to.match(/^backfill +paused, 40 %, 4 of about 10 rows$/m)
    expect(text).to.match(/^edges +1 of 2 connected$/m)
  })

  it('says which privileges were taken, and where the triggers stand alone', () => {
    expect(text).to.contain("privileges to write taken on the monolith side: books of 'shop'@'%'")
    expect(text).to.contain("from 'cron'@'%', granted on the whole schema")
    expect(text).not.to.contain('product of')
  })

  it('ends with what stands in the way', () => {
    expect(text).to.contain('quarantine forward 7: books id=12: does not fit')
    expect(text.split('\n').at(-1)).to.contain('catalog: lag is unknown')
  })

  it('leaves no blanks at the ends of lines', () => {
    expect(text).not.to.match(/ $/m)
  })
})
