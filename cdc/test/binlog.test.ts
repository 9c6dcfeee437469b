import { transactionsOf } from '@matapalo/cdc/shapes'
import { expect } from 'chai'

let pos = 4
const event = (type: string, info: string, serverId = 101) => {
  const from = String(pos)
  pos += 10
  return { type, info, serverId, pos: from, end: String(pos) }
}
const wrote = (id: number, table: string, statement: string) => [
  event('Annotate_rows', statement),
  event('Table_map', `table_id: ${id} (${table})`),
  event('Write_rows_v1', `table_id: ${id} flags: STMT_END_F`),
]
const begin = () => event('Gtid', 'BEGIN GTID 0-101-7')
const commit = () => event('Xid', 'COMMIT /* xid=87 */')

describe('transactionsOf', () => {
  it('names each table once, with the statement that wrote it first', () => {
    const events = [
      begin(),
      ...wrote(1, 'shop.orders', 'INSERT INTO orders'),
      ...wrote(2, 'shop.books', 'UPDATE books'),
      ...wrote(1, 'shop.orders', 'UPDATE orders'),
      commit(),
    ]
    const { transactions, next } = transactionsOf(events)
    expect(transactions).to.deep.equal([
      {
        serverId: 101,
        tables: ['shop.orders', 'shop.books'],
        statements: { 'shop.orders': 'INSERT INTO orders', 'shop.books': 'UPDATE books' },
      },
    ])
    expect(next).to.equal(events.at(-1)?.end)
  })

  it('leaves a transaction that has not ended for the next look', () => {
    const whole = [begin(), ...wrote(1, 'shop.books', 'UPDATE books'), commit()]
    const { transactions, unfinished, next } = transactionsOf([
      ...whole,
      begin(),
      ...wrote(1, 'shop.books', 'UPDATE books'),
    ])
    expect(transactions).to.have.length(1)
    expect(unfinished).to.have.length(1)
    expect(next).to.equal(whole.at(-1)?.end)
  })

  it('does not count a table that was locked for writing and not written', () => {
    const { transactions } = transactionsOf([
      begin(),
      event('Table_map', 'table_id: 1 (shop.orders)'),
      ...wrote(2, 'shop.books', 'UPDATE books'),
      commit(),
    ])
    expect(transactions[0]?.tables).to.deep.equal(['shop.books'])
  })

  it('passes over DDL, and takes a prepared XA transaction for one', () => {
    const { transactions } = transactionsOf([
      event('Gtid', 'GTID 0-101-8'),
      event('Query', 'use `shop`; ALTER TABLE books ADD x INT'),
      event('Gtid', "XA START X'61',X'',1 GTID 0-101-9"),
      ...wrote(2, 'shop.books', 'UPDATE books'),
      event('XA_prepare', "XA PREPARE X'61',X'',1"),
    ])
    expect(transactions.map(({ tables }) => tables)).to.deep.equal([['shop.books']])
  })
})
