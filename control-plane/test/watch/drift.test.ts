import type { ColumnShape, TableShape } from '@matapalo/core'
import { expect } from 'chai'
import { schemaDrift } from '../../src/watch/drift.ts'

const column = (name: string, more: Partial<ColumnShape> = {}): ColumnShape => ({
  name,
  dataType: 'varchar',
  columnType: 'varchar(20)',
  nullable: false,
  maxLength: 20,
  numericPrecision: null,
  numericScale: null,
  datetimePrecision: null,
  unsigned: false,
  hasDefault: false,
  autoIncrement: false,
  generated: false,
  collation: 'utf8mb4_bin',
  ...more,
})
const books = (more: Partial<TableShape> = {}): TableShape => ({
  schema: 'shop',
  table: 'books',
  columns: [column('isbn'), column('title')],
  primaryKey: ['isbn'],
  uniqueKeys: [],
  ...more,
})

describe('schemaDrift', () => {
  it('is silent when nothing has changed', () => {
    expect(schemaDrift([books()], [books()])).to.deep.equal([])
  })

  it('names column, was and is', () => {
    const columns = [
      column('isbn', { collation: 'utf8mb4_unicode_ci' }),
      column('title', { columnType: 'varchar(9)', nullable: true }),
      column('extra'),
    ]
    expect(schemaDrift([books()], [books({ columns })])).to.deep.equal([
      'books.isbn was varchar(20) NOT NULL COLLATE utf8mb4_bin, is varchar(20) NOT NULL COLLATE utf8mb4_unicode_ci',
      'books.title was varchar(20) NOT NULL COLLATE utf8mb4_bin, is varchar(9) NULL COLLATE utf8mb4_bin',
      'books.extra was absent, is varchar(20) NOT NULL COLLATE utf8mb4_bin',
    ])
  })

  it('names a table that is gone and keys that are others', () => {
    expect(schemaDrift([books()], [])).to.deep.equal(['books is gone'])
    expect(schemaDrift([books()], [books({ uniqueKeys: [['title']] })])).to.deep.equal([
      'the unique keys of books were (isbn), are (isbn) (title)',
    ])
  })
})
