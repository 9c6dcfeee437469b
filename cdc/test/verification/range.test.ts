import type { ColumnShape } from '@matapalo/core'
import { expect } from 'chai'
import { among, within } from '../../src/verification/range.ts'

const column = (name: string, dataType: string): ColumnShape => ({
  name,
  dataType,
  columnType: dataType,
  nullable: false,
  maxLength: null,
  numericPrecision: null,
  numericScale: null,
  datetimePrecision: null,
  unsigned: false,
  hasDefault: false,
  autoIncrement: false,
  generated: false,
  collation: null,
})

const id = column('id', 'bigint')
const ref = column('ref', 'varchar')

describe('key ranges', () => {
  it('are half open, with integers as numbers past 2^53', () => {
    const range = within([id], { after: { id: '9007199254740993' }, upTo: { id: '9' } })
    expect(range.sql).to.equal('(`id` > ?) AND (`id` <= ?)')
    expect(range.params).to.deep.equal([9007199254740993n, 9n])
  })

  it('spell composite keys so that the primary key is used', () => {
    const range = within([ref, id], { after: { ref: 'a', id: '1' }, upTo: null })
    expect(range.sql).to.equal('(`ref` >= ? AND (`ref` > ? OR (`ref` = ? AND `id` > ?)))')
    expect(range.params).to.deep.equal(['a', 'a', 'a', 1n])
  })

  it('keep digits in a text key as text', () => {
    expect(among([ref], [{ ref: '007' }]).params).to.deep.equal(['007'])
  })

  it('are everything without bounds', () => {
    expect(within([id], { after: null, upTo: null })).to.deep.equal({ sql: 'TRUE', params: [] })
  })
})
