import type { TableShape } from '@matapalo/core'
import type { Session } from '@matapalo/runtime'
import { expect } from 'chai'
import type { OutboxEvent } from '../../src/applier/emitter.ts'
import { createOutbox } from '../../src/applier/outbox.ts'
import { shelfManifest, shelfYaml } from '../support/shelf.ts'

const [emit] = shelfManifest(`${shelfYaml}
serviceOnly: [outbox]
emits:
  - into: outbox
    of: shelf_moves
    on: [insert]
    notFirstOf: book_id
    type: product.moved
    aggregate: { type: product, id: book_id }
    payload: { id: { column: id, as: number } }
`).emits
const shape: TableShape = {
  schema: 'catalog',
  table: 'shelf_move',
  columns: [],
  primaryKey: ['id'],
  uniqueKeys: [],
}

/** Keeps what is inserted; every look-up finds `rows`. */
function sessionWith(rows: readonly { readonly id: number }[]) {
  const told: unknown[] = []
  const session: Session = {
    threadId: 1,
    query: async (sql, params) => {
      expect([sql.replace(/\s+/g, ' '), params]).to.deep.equal([
        'SELECT * FROM `catalog`.`shelf_move` WHERE `book_id` = ? ORDER BY `id`',
        ['7'],
      ])
      return rows.map((row) => ({ ...row }))
    },
    execute: async (sql, params) => {
      if (sql.startsWith('INSERT')) told.push(params?.at(-1))
      return { affectedRows: 1, insertId: '0', info: '' }
    },
  }
  return { session, told }
}

describe('createOutbox', () => {
  if (emit === undefined) throw new TypeError('no emit')
  const move = (id: string): OutboxEvent => ({
    emit,
    id,
    aggregateId: '7',
    rows: new Map([['shelf_move', { id, book_id: '7' }]]),
  })

  it('passes over the first of its kind and tells of those after it', async () => {
    const { session, told } = sessionWith([{ id: 3 }, { id: 4 }])
    await createOutbox('catalog', [shape]).write(session, [move('3'), move('4')])
    expect(told).to.deep.equal(['{"id":4}'])
  })

  it('is silent about a row that is gone with what it came after', async () => {
    const { session, told } = sessionWith([])
    await createOutbox('catalog', [shape]).write(session, [move('4')])
    expect(told).to.deep.equal([])
  })
})
