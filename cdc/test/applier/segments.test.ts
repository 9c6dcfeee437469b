import { expect } from 'chai'
import type { RowOp } from '../../src/applier/rowOps.ts'
import { type Segment, segmentsByTable, singly } from '../../src/applier/segments.ts'

const op = (kind: RowOp['kind'], id: number, transaction: number, row = {}): RowOp => ({
  kind,
  table: 't',
  key: { id: String(id) },
  row: kind === 'delete' ? {} : { id: String(id), ...row },
  defaults: {},
  oldKey: null,
  offset: 0n,
  transaction,
})
const shape = (ops: readonly RowOp[]) =>
  (segmentsByTable(ops).get('t') ?? []).map((segment: Segment) =>
    segment.kind === 'rekey'
      ? 'rekey'
      : `${segment.deletes.map(({ id }) => `-${id}`)}${segment.upserts.map(({ key }) => `+${key.id}`)}`,
  )

describe('segmentsByTable', () => {
  it('writes each key once, with its last image', () => {
    const ops = [op('upsert', 1, 1, { v: 'a' }), op('upsert', 2, 1), op('upsert', 1, 2, { v: 'b' })]
    expect(shape(ops)).to.deep.equal(['+1,+2'])
    const [segment] = segmentsByTable(ops).get('t') ?? []
    expect(segment).to.have.nested.property('upserts[0].row.v', 'b')
  })

  it('keeps delete and insert apart when they are of two transactions', () => {
    expect(shape([op('delete', 1, 1), op('upsert', 1, 2)])).to.deep.equal(['-1', '+1'])
  })

  it('takes delete and insert in one transaction for an update', () => {
    expect(shape([op('delete', 1, 1), op('upsert', 1, 1)])).to.deep.equal(['+1'])
  })

  it('forgets what was written before a delete', () => {
    expect(shape([op('upsert', 1, 1), op('delete', 1, 2)])).to.deep.equal(['-1'])
  })

  it('writes a change of key between what came before and after it', () => {
    expect(shape([op('upsert', 1, 1), op('rekey', 2, 1), op('upsert', 1, 2)])).to.deep.equal([
      '+1',
      'rekey',
      '+1',
    ])
  })
})

describe('singly', () => {
  it('reduces nothing, but joins the parts of one row', () => {
    const ops = [
      op('upsert', 1, 1, { title: 'a' }),
      op('upsert', 1, 1, { stock: '4' }),
      op('upsert', 1, 1, { title: 'b' }),
      op('upsert', 1, 2, { stock: '5' }),
    ]
    expect(singly(ops).map(({ row }) => row)).to.deep.equal([
      { id: '1', title: 'a', stock: '4' },
      { id: '1', title: 'b' },
      { id: '1', stock: '5' },
    ])
  })
})
