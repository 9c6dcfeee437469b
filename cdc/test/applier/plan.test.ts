import { expect } from 'chai'
import { createEmitter } from '../../src/applier/emitter.ts'
import type { Piece } from '../../src/applier/pieces.ts'
import { createPlanner, EventRefused, isReplay } from '../../src/applier/plan.ts'
import { createTranslator } from '../../src/applier/rowOps.ts'
import { keyText } from '../../src/applier/segments.ts'
import type { Standing } from '../../src/applier/state.ts'
import type { Superseding } from '../../src/applier/supersede.ts'
import { book, bookMap, change, marker, piece, standing } from './fixtures.ts'

const plan = (
  pieces: readonly Piece[],
  from: Partial<Standing> = {},
  skips: ReadonlySet<bigint> = new Set(),
) =>
  createPlanner({
    domain: 'shelf',
    direction: 'forward',
    translator: createTranslator([bookMap()], 'forward'),
    emitter: createEmitter([], []),
    skips,
  }).plan(pieces, { ...standing, ...from }, 100)

const write = (gtid = '0-101-5') => change({ gtid, after: book(1) })

describe('createPlanner', () => {
  it('applies in mode apply and moves offset and position', () => {
    const event = write()
    const { work } = plan([piece(event)])
    expect(work.applied).to.equal(1)
    expect(work.ops.map(({ table }) => table)).to.deep.equal(['shelf_product', 'shelf_stock'])
    expect(work.next.offset).to.equal(event.offset + 1n)
    expect(work.next.position).to.equal(event.position)
  })

  it('takes our own rows for echoes in mode audit, and others for rogue writes', () => {
    const { work } = plan(
      [piece(change({ after: book(1), serverId: 4242 }), change({ after: book(2) }))],
      { mode: 'audit' },
    )
    expect(work.ops).to.deep.equal([])
    expect(work.echoes).to.equal(1)
    expect(work.rogues.map(({ rowKey }) => rowKey)).to.deep.equal(['id=2'])
  })

  it('drops everything before the first owner marker, rogue or not', () => {
    const { work } = plan([piece(write())], { mode: 'audit', term: 0 })
    expect(work).to.include({ applied: 0, discarded: 1 })
    expect(work.rogues).to.deep.equal([])
  })

  it('drops snapshot rows in mode audit', () => {
    const { work } = plan([piece(change({ op: 'r', gtid: null, after: book(1) }))], {
      mode: 'audit',
    })
    expect(work.discarded).to.equal(1)
  })

  it('flips at an owner marker of a newer term, and ends the batch there', () => {
    const { work, taken } = plan([
      piece(write()),
      piece(marker(11, { term: 2, owner: 'service' })),
      piece(write('0-101-1000')),
    ])
    expect(taken).to.equal(2)
    expect(work.next).to.include({ mode: 'audit', term: 2, token: 11n })
  })

  it('ignores an owner marker whose term is not above the stored one', () => {
    const { work } = plan([piece(marker(11, { term: 1, owner: 'service' }))])
    expect(work.next).to.include({ mode: 'apply', term: 1 })
  })

  it('stops at a gap in the tokens', () => {
    expect(() => plan([piece(marker(12))])).to.throw(/token 12 came after 10/)
  })

  it('stops at another generation', () => {
    expect(() => plan([piece(marker(1, { generation: 'other' }))])).to.throw(/made anew/)
  })

  it('accepts any first token', () => {
    const { work } = plan([piece(marker(57))], { generation: null, token: 0n })
    expect(work.next.token).to.equal(57n)
  })

  it('drops replays: changes and markers at or below the applied position', () => {
    const { work } = plan([piece(write('0-101-5')), piece(marker(9, { gtid: '0-101-6' }))], {
      position: '0-101-7 binlog.000001:4:0',
    })
    expect(work).to.include({ applied: 0, discarded: 1 })
    expect(work.next).to.include({ token: 10n, position: '0-101-7 binlog.000001:4:0' })
  })

  it('drops what was sent twice within one batch', () => {
    const { work } = plan([
      piece(write('0-101-5')),
      piece(write('0-101-6')),
      piece(write('0-101-5')),
    ])
    expect(work).to.include({ applied: 2, discarded: 1 })
  })

  it('applies the rest of a transaction whose first part was taken for all of it', () => {
    const at = (seq: number, row: string, id: number) =>
      change({
        gtid: `0-101-${seq}`,
        position: `0-101-${seq} binlog.000001:${row}`,
        after: book(id),
      })
    const from = plan([piece(at(7, '400:0', 1))]).work.next
    const again = [
      piece(at(6, '300:0', 9)),
      piece(at(7, '400:0', 1), at(7, '400:1', 2), at(7, '500:0', 3)),
    ]
    const { work } = plan(again, from)
    expect(work).to.include({ applied: 2, discarded: 2 })
    expect(work.next.position).to.equal('0-101-7 binlog.000001:500:0')
  })

  it('stops when an old token has a new position: the source went back in time', () => {
    expect(() =>
      plan([piece(marker(9, { gtid: '0-101-8' }))], { position: '0-101-7 binlog.000001:4:0' }),
    ).to.throw(/token 9 came after 10/)
  })

  it('names the change that the mapping refuses', () => {
    const bad = change({ after: book(1, { status: '?' }) })
    expect(() => plan([piece(write(), bad)]))
      .to.throw(EventRefused)
      .with.property('event', bad)
  })

  it('passes over what a person skipped', () => {
    const bad = change({ after: book(1, { status: '?' }) })
    const { work } = plan([piece(bad)], {}, new Set([bad.offset]))
    expect(work).to.include({ applied: 0, discarded: 1 })
  })

  it('writes a later version in place of a refused one, and passes over those between', () => {
    const bad = change({ after: book(1, { status: '?' }), gtid: '0-101-5' })
    const worse = change({ op: 'u', after: book(1, { status: '!' }), gtid: '0-101-6' })
    const other = change({ op: 'u', after: book(2), gtid: '0-101-7' })
    const mended = change({ op: 'u', after: book(1, { stock: '9' }), gtid: '0-101-8' })
    const one: Superseding = {
      offset: bad.offset,
      entry: bad.offset,
      table: 'shelf_books',
      key: { id: '1' },
      keyText: keyText({ id: '1' }),
      rowKey: 'id=1',
      row: book(1, { stock: '9' }),
      until: mended.offset,
      waits: false,
    }
    const passedOver = [{ ...one, from: one.offset }]
    const { work } = createPlanner({
      domain: 'shelf',
      direction: 'forward',
      translator: createTranslator([bookMap()], 'forward'),
      emitter: createEmitter([], []),
      skips: new Set(),
      superseded: { at: new Map([[bad.offset, one]]), passedOver },
    }).plan(
      [bad, worse, other, mended].map((event) => piece(event)),
      standing,
      100,
    )
    expect(work).to.include({ applied: 3, discarded: 1 })
    expect(work.superseded).to.deep.equal([one])
    const stocks = work.ops.filter(({ table }) => table === 'shelf_stock')
    expect(stocks.map(({ row }) => [row.product_id, row.quantity])).to.deep.equal([
      ['1', '9'],
      ['2', '4'],
      ['1', '9'],
    ])
  })

  it('takes a part of a long transaction by itself and does not move the standing', () => {
    const part: Piece = { events: [write()], begins: true, ends: false }
    const first = plan([piece(write('0-101-4')), part])
    expect(first.taken).to.equal(1)
    const second = plan([part], first.work.next)
    expect(second.work.ends).to.equal(false)
    expect(second.work.next).to.deep.equal(first.work.next)
  })
})

describe('isReplay', () => {
  const at = (gtid: string | null, position = '') => ({ offset: 0n, gtid, position })

  it('compares GTIDs within one replication domain, and never snapshot rows', () => {
    expect(isReplay(at('0-4242-7'), '0-101-7 x')).to.equal(true)
    expect(isReplay(at('0-101-8'), '0-101-7 x')).to.equal(false)
    expect(isReplay(at(null), '0-101-7 x')).to.equal(false)
    expect(isReplay(at('0-101-7'), null)).to.equal(false)
  })

  it('compares places in the binlog within one transaction', () => {
    const applied = '0-101-7 binlog.000002:500:3'
    const replay = (place: string) => isReplay(at('0-101-7', `0-101-7 ${place}`), applied)
    expect(replay('binlog.000002:400:9')).to.equal(true)
    expect(replay('binlog.000002:500:3')).to.equal(true)
    expect(replay('binlog.000002:500:4')).to.equal(false)
    expect(replay('binlog.000002:600:0')).to.equal(false)
  })

  it('takes a transaction that another server tells for the same one', () => {
    const applied = '0-101-7 binlog.000002:500:3'
    const replay = (place: string) => isReplay(at('0-101-7', `0-101-7 ${place}`), applied)
    expect(replay('binlog.000003:600:0')).to.equal(true)
    expect(replay('other.000002:600:0')).to.equal(true)
  })

  it('compares places in the binlog across replication domains', () => {
    const applied = '4242-4242-7 binlog.000002:500:0'
    const replay = (place: string) => isReplay(at('0-101-9', `0-101-9 ${place}`), applied)
    expect(replay('binlog.000001:900:0')).to.equal(true)
    expect(replay('binlog.000002:400:1')).to.equal(true)
    expect(replay('binlog.000002:501:0')).to.equal(false)
    expect(replay('other.000001:1:0')).to.equal(false)
  })
})
