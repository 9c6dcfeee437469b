import type { Row } from '@matapalo/core'
import { expect } from 'chai'
import { createEmitter } from '../../src/applier/emitter.ts'
import { payloadOf } from '../../src/applier/payload.ts'
import { shelfManifest, shelfYaml } from '../support/shelf.ts'
import { book, bookMap, change } from './fixtures.ts'

const emits = `
serviceOnly: [outbox]
emits:
  - into: outbox
    of: shelf_books
    on: [insert, update]
    when: { status: discontinued }
    type: product.discontinued
    aggregate: { type: product, id: id }
    payload: { id: { column: id, as: number } }
  - into: outbox
    of: shelf_books
    on: [update]
    changed: [shelf_stock.quantity]
    type: product.stock
    aggregate: { type: product, id: id }
    payload:
      id: { column: id, as: number }
      price: { column: price_cents, minorUnits: 2 }
      created: { column: created_at, as: instant }
      shelf: { object: { quantity: { column: shelf_stock.quantity, as: number }, unit: { constant: piece } } }
      moves: { rows: shelf_move, by: { book_id: id }, columns: { delta: { column: delta, as: number } } }
      deltas: { rows: shelf_move, by: { book_id: id }, value: { column: delta, as: number } }
      first: { row: shelf_move, by: { book_id: id }, value: reference }
`
const manifest = shelfManifest(shelfYaml + emits)
const emitter = createEmitter(manifest.emits, [bookMap()])
const types = (parts: Parameters<typeof change>[0]): readonly string[] =>
  emitter.eventsOf('shelf', change(parts)).map(({ emit }) => emit.type)

describe('createEmitter', () => {
  const on = book(1)
  const off: Row = { ...book(1), status: 'D' }

  it("tells of what a change has brought about, in the service's values", () => {
    expect(types({ op: 'u', before: on, after: off })).to.deep.equal(['product.discontinued'])
    expect(types({ op: 'c', after: off })).to.deep.equal(['product.discontinued'])
  })

  it('is silent when it was so before', () => {
    expect(types({ op: 'u', before: off, after: off })).to.deep.equal([])
    expect(types({ op: 'c', after: on })).to.deep.equal([])
  })

  it('tells of an update that changed one of the columns named', () => {
    const more: Row = { ...on, stock: '77' }
    expect(types({ op: 'u', before: on, after: more })).to.deep.equal(['product.stock'])
  })

  it('is silent about rows of a snapshot', () => {
    expect(types({ op: 'r', after: off })).to.deep.equal([])
  })

  it('gives a change the same id however often it is read', () => {
    const one = change({ op: 'c', after: off })
    const ids = [one, { ...one, offset: one.offset + 9n }].map(
      (each) => emitter.eventsOf('shelf', each)[0]?.id,
    )
    expect(ids[0]).to.match(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(ids[0]).to.equal(ids[1])
  })
})

describe('payloadOf', () => {
  it('writes numbers as they are, decimals, instants, objects and rows of other tables', async () => {
    const [, event] = manifest.emits
    const rows = new Map<string, Row>([
      [
        'shelf_product',
        { id: '9007199254740993', price_cents: '-5', created_at: '2026-01-01 15:00:00' },
      ],
      ['shelf_stock', { quantity: '12' }],
    ])
    const text = await payloadOf(event?.payload ?? [], rows, async (table, by) => {
      expect([table, by]).to.deep.equal(['shelf_move', { book_id: '9007199254740993' }])
      return [
        { delta: '-1', reference: 'r' },
        { delta: '2', reference: null },
      ]
    })
    expect(text).to.equal(
      '{"id":9007199254740993,"price":"-0.05","created":"2026-01-01T15:00:00Z",' +
        '"shelf":{"quantity":12,"unit":"piece"},"moves":[{"delta":-1},{"delta":2}],' +
        '"deltas":[-1,2],"first":"r"}',
    )
    const none = await payloadOf(event?.payload ?? [], rows, async () => [])
    expect(none).to.match(/"moves":\[\],"deltas":\[\],"first":null\}$/)
  })

  it('refuses a text that is no number', async () => {
    const rows = new Map<string, Row>([['shelf_product', { id: 'x' }]])
    const failed = await payloadOf(manifest.emits[0]?.payload ?? [], rows, async () => []).catch(
      (error: unknown) => (error as { code?: string }).code,
    )
    expect(failed).to.equal('MATAPALO_EMIT_VALUE')
  })
})
