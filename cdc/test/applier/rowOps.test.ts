import { expect } from 'chai'
import { createTranslator } from '../../src/applier/rowOps.ts'
import { book, bookMap, change } from './fixtures.ts'

const forward = () => createTranslator([bookMap()], 'forward')
const reverse = () => createTranslator([bookMap()], 'reverse')
const productRow = {
  id: '1',
  isbn: 'i1',
  title: 't',
  price_cents: '150',
  status: 'active',
  created_at: '2026-01-01 15:00:00',
  badge: 'none',
}

describe('createTranslator', () => {
  it('makes one op per target table on the way there', () => {
    const ops = forward().translate(change({ after: book(1) }), 1)
    expect(ops.map(({ kind, table, row }) => [kind, table, row])).to.deep.equal([
      ['upsert', 'shelf_product', { ...withoutBadge(productRow) }],
      ['upsert', 'shelf_stock', { product_id: '1', quantity: '4', low: '3' }],
    ])
  })

  it('makes a delete of each target row', () => {
    const ops = forward().translate(change({ op: 'd', before: book(1) }), 1)
    expect(ops.map(({ kind, key }) => [kind, key])).to.deep.equal([
      ['delete', { id: '1' }],
      ['delete', { product_id: '1' }],
    ])
  })

  it('joins the halves of a key change into one rekey', () => {
    const translator = forward()
    expect(
      translator.translate(change({ op: 'd', keyChange: 'old', before: book(1) }), 1),
    ).to.deep.equal([])
    const ops = translator.translate(change({ keyChange: 'new', after: book(9) }), 1)
    expect(ops.map(({ kind, oldKey, key }) => [kind, oldKey, key])).to.deep.equal([
      ['rekey', { id: '1' }, { id: '9' }],
      ['rekey', { product_id: '1' }, { product_id: '9' }],
    ])
  })

  it('gives the part of a split table that comes back, with what an insert needs besides', () => {
    const [op] = reverse().translate(change({ table: 'shelf_product', after: productRow }), 1)
    expect(op?.row).to.deep.equal({
      id: '1',
      isbn: 'i1',
      title: 't',
      price: '1.50',
      status: 'A',
      created: '2026-01-01 10:00:00',
    })
    expect(op?.defaults).to.have.property('stock')
  })

  it('lets only the primary target delete the row on the way back', () => {
    const stockGone = change({ table: 'shelf_stock', op: 'd', before: { product_id: '1' } })
    const productGone = change({ table: 'shelf_product', op: 'd', before: productRow })
    expect(reverse().translate(stockGone, 1)).to.deep.equal([])
    expect(reverse().translate(productGone, 1)).to.have.length(1)
  })

  it('leaves TRUNCATE to a person', () => {
    expect(() => forward().translate(change({ op: 't' }), 1)).to.throw(/TRUNCATE/)
  })
})

function withoutBadge(row: typeof productRow) {
  const { badge: _, ...rest } = row
  return rest
}
