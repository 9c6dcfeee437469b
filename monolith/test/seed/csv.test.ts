import { expect } from 'chai'
import { readCsv } from '../../src/seed/csv.ts'

const fields = (text: string) => [...readCsv(text)].map((record) => record.fields)

describe('readCsv', () => {
  it('reads quotes, doubled quotes, commas and line breaks inside quotes', () => {
    expect(fields('a,"b ""x"", c","d\ne"\r\n1,,3\n')).to.deep.equal([
      ['a', 'b "x", c', 'd\ne'],
      ['1', '', '3'],
    ])
  })
  it('remembers the line on which a record began', () => {
    const lines = [...readCsv('h\n"two\nlines"\nlast')].map((record) => record.line)
    expect(lines).to.deep.equal([1, 2, 4])
  })
  it('drops a byte order mark', () => {
    expect(fields('\uFEFFa,b')).to.deep.equal([['a', 'b']])
  })
})
