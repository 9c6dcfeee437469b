import { expect } from 'chai'
import { listText, outcomeText } from '../../../cli/commands/quarantine.ts'

describe('matapalo quarantine', () => {
  const entry = {
    direction: 'forward',
    id: 7,
    at: '2026-01-01T10:00:00.000Z',
    table: 'books',
    key: 'id=12',
    op: 'u',
    code: 'MATAPALO_LENS_ENUM',
    message: 'does not fit',
  }

  it('shows each column under its heading', () => {
    const [head = '', row = ''] = listText({ domain: 'catalog', quarantine: [entry] }).split('\n')
    for (const [name, value] of [
      ['key', 'id=12'],
      ['op', 'u'],
      ['message', 'does not fit'],
    ] as const) {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: colours
      const at = head.replace(/\u001b\[\d+m/g, '').indexOf(name)
      expect(row.slice(at).startsWith(value), `${name} in ${row}`).to.equal(true)
    }
  })

  it('shows what became of earlier ones', () => {
    const settled = { ...entry, resolution: 'superseded', resolvedAt: '2026-01-01T11:00:00.000Z' }
    expect(listText({ domain: 'catalog', quarantine: [], settledQuarantine: [settled] })).to.equal(
      'catalog: nothing is in quarantine\n' +
        'settled forward 7 (superseded, 2026-01-01T11:00:00.000Z): books id=12: does not fit',
    )
  })

  it('says what a word has come to', () => {
    const word = { domain: 'catalog', direction: 'forward', id: 7 }
    expect(outcomeText({ ...word, outcome: 'superseded' })).to.contain(
      "the row's newest version was written in its place",
    )
    expect(outcomeText({ ...word, outcome: 'pending' })).to.contain('has not taken it up yet')
  })
})
