/**
 * Events and a mapping for the applier's pure parts.
 *
 * @module
 */
import { type CompiledTable, compileMapping, type Row } from '@matapalo/core'
import type { Piece } from '../../src/applier/pieces.ts'
import type { Standing } from '../../src/applier/state.ts'
import type { Change, MarkerSeen } from '../../src/change.ts'
import { column, table } from '../support/events.ts'
import { shelfManifest } from '../support/shelf.ts'

let clock = 0n

export const change = (parts: Partial<Change>): Change => {
  clock += 1n
  return {
    type: 'change',
    op: 'c',
    table: 'shelf_books',
    before: null,
    after: null,
    serverId: 101,
    query: null,
    payload: '',
    keyChange: null,
    offset: clock,
    gtid: '0-101-1',
    position: `${parts.gtid ?? '0-101-1'} binlog.000001:4:0`,
    ...parts,
  }
}

export const marker = (token: number, parts: Partial<MarkerSeen> = {}): MarkerSeen => {
  clock += 1n
  const gtid = parts.gtid ?? '0-101-999'
  return {
    type: 'marker',
    token: BigInt(token),
    generation: 'g',
    term: 1,
    owner: 'monolith',
    writtenAtMs: 0,
    offset: clock,
    gtid,
    position: `${gtid} binlog.000001:4:0`,
    ...parts,
  }
}

export const piece = (...events: Piece['events']): Piece => ({ events, begins: true, ends: true })

export const standing: Standing = {
  mode: 'apply',
  term: 1,
  token: 10n,
  topicId: 't',
  offset: 0n,
  generation: 'g',
  position: null,
}

export const books = table(
  'shelf_books',
  [
    column('id', 'int(10) unsigned', { autoIncrement: true, nullable: false }),
    column('isbn', 'varchar(20)', { maxLength: 20 }),
    column('title', 'varchar(300)', { nullable: false, hasDefault: false, maxLength: 300 }),
    column('price', 'decimal(10,2)', {
      nullable: false,
      hasDefault: false,
      numericPrecision: 10,
      numericScale: 2,
    }),
    column('status', 'char(1)', { nullable: false, hasDefault: false, maxLength: 1 }),
    column('stock', 'int(11)', { nullable: false, hasDefault: false }),
    column('low', 'int(11)', { nullable: false }),
    column('created', 'datetime', { nullable: false, hasDefault: false }),
    column('cache', 'varchar(100)', { maxLength: 100 }),
  ],
  ['id'],
  [['isbn']],
)

export const product = table(
  'shelf_product',
  [
    column('id', 'int(10) unsigned', { nullable: false }),
    column('isbn', 'varchar(20)', { maxLength: 20 }),
    column('title', 'varchar(300)', { nullable: false, maxLength: 300 }),
    column('price_cents', 'bigint(20)', { nullable: false }),
    column('status', "enum('active','discontinued')", { nullable: false }),
    column('created_at', 'datetime', { nullable: false }),
    column('badge', 'varchar(20)', { maxLength: 20 }),
  ],
  ['id'],
  [['isbn']],
)

export const stock = table('shelf_stock', [
  column('product_id', 'int(10) unsigned', { nullable: false }),
  column('quantity', 'int(11)', { nullable: false }),
  column('low', 'int(11)', { nullable: false }),
])

export const bookMap = (): CompiledTable => {
  const [mapping] = shelfManifest().tables
  if (mapping === undefined) throw new Error('no mapping')
  return compileMapping(mapping, books, [product, stock])
}

export const book = (id: number, more: Row = {}): Row => ({
  id: String(id),
  isbn: `i${id}`,
  title: 't',
  price: '1.50',
  status: 'A',
  stock: '4',
  low: '3',
  created: '2026-01-01 10:00:00',
  cache: null,
  ...more,
})
