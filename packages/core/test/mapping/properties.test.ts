import { compileMapping, type SqlValue } from '@matapalo/core'
import { expect } from 'chai'
import fc from 'fast-check'
import { DateTime } from 'luxon'
import { tableShape } from '../shapes.ts'
import { type LensCase, mappingOf, shapesOf } from './cases.ts'
import { amounts, jsonTexts, localTimes } from './randomCases.ts'

const lens = (source: string, target: string, rule: LensCase['rule']) => {
  const columns = { source, target, rule }
  const shapes = shapesOf(columns)
  const table = compileMapping(mappingOf(columns), shapes.source, [shapes.target])
  return {
    there: (v: SqlValue) => table.forward({ id: '1', v })[0]?.row.v ?? null,
    back: (v: SqlValue) => table.backward('new', { id: '1', v }).v ?? null,
  }
}

const returns = (values: fc.Arbitrary<string>, { there, back }: ReturnType<typeof lens>) =>
  fc.assert(
    fc.property(values, (value) => {
      expect(back(there(value))).to.equal(value)
    }),
  )

describe('a lens and its inverse', () => {
  it('bring back every amount', () => {
    returns(amounts, lens('DECIMAL(18,4)', 'BIGINT', { minorUnits: 4 }))
  })

  it('bring back every local time of a zone that keeps its clocks', () => {
    returns(localTimes, lens('DATETIME', 'DATETIME', { instant: 'Asia/Tokyo' }))
  })

  it('bring back every value of any one-to-one map', () => {
    const maps = fc
      .uniqueArray(fc.tuple(fc.string({ minLength: 1 }), fc.string({ minLength: 1 })), {
        minLength: 1,
        selector: ([from]) => from,
      })
      .filter((pairs) => new Set(pairs.map(([, to]) => to)).size === pairs.length)
      .filter((pairs) => pairs.every(([from]) => from !== '__proto__'))
    fc.assert(
      fc.property(maps, (pairs) => {
        const { there, back } = lens('TEXT', 'TEXT', { enum: Object.fromEntries(pairs) })
        for (const [from, to] of pairs) {
          expect(there(from)).to.equal(to)
          expect(back(to)).to.equal(from)
        }
      }),
    )
  })

  it('bring back the same JSON, and its canonical text unchanged', () => {
    const { there, back } = lens('LONGTEXT', 'JSON', { json: true })
    fc.assert(
      fc.property(jsonTexts, (text) => {
        const canonical = there(text)
        expect(JSON.parse(String(canonical))).to.deep.equal(JSON.parse(text))
        expect(back(canonical)).to.equal(canonical)
        expect(there(back(canonical))).to.equal(canonical)
      }),
    )
  })
})

describe('a lens means what its name says', () => {
  it('minorUnits: the amount times a power of ten', () => {
    const { there } = lens('DECIMAL(18,4)', 'BIGINT', { minorUnits: 4 })
    fc.assert(
      fc.property(amounts, (amount) => {
        expect(there(amount)).to.equal(String(BigInt(amount.replace('.', ''))))
      }),
    )
  })

  for (const zone of ['America/Bogota', 'Europe/Madrid', 'America/New_York', 'Asia/Tehran']) {
    it(`instant: the same moment as luxon's in ${zone}`, () => {
      const { back } = lens('DATETIME', 'DATETIME', { instant: zone, lossy: 'for the test' })
      fc.assert(
        fc.property(localTimes, (utc) => {
          const moment = DateTime.fromSQL(utc, { zone: 'utc' }).setZone(zone)
          expect(back(utc)).to.equal(moment.toFormat('yyyy-MM-dd HH:mm:ss'))
        }),
      )
    })
  }

  it('instant: forward of backward is the same moment, or the first pass of a repeated hour', () => {
    const { there, back } = lens('DATETIME', 'DATETIME', {
      instant: 'Europe/Madrid',
      lossy: 'for the test',
    })
    fc.assert(
      fc.property(localTimes, (utc) => {
        const returned = there(back(utc))
        const difference = Date.parse(`${utc}Z`) - Date.parse(`${returned}Z`)
        expect([0, 3_600_000]).to.include(difference)
      }),
    )
  })
})

describe('a mapped table', () => {
  const shape = tableShape('old', 'stock_reservations', {
    columns: {
      order_ref: 'VARCHAR(64) NOT NULL',
      book_id: 'INT UNSIGNED NOT NULL',
      quantity: 'SMALLINT NOT NULL',
      note: 'VARCHAR(20) NOT NULL',
    },
    primaryKey: ['order_ref', 'book_id'],
  })
  const first = tableShape('new', 'reservation', {
    columns: {
      product: 'INT UNSIGNED NOT NULL',
      ref: 'VARCHAR(64) NOT NULL',
      quantity: 'SMALLINT NOT NULL',
    },
    primaryKey: ['product', 'ref'],
  })
  const second = tableShape('new', 'remark', {
    columns: {
      ref: 'VARCHAR(64) NOT NULL',
      product: 'INT UNSIGNED NOT NULL',
      text: 'VARCHAR(20) NOT NULL',
    },
    primaryKey: ['ref', 'product'],
  })
  const same = { kind: 'same' } as const
  const keys = [
    { to: 'ref', from: 'order_ref', lens: same },
    { to: 'product', from: 'book_id', lens: same },
  ]
  const table = compileMapping(
    {
      source: 'stock_reservations',
      targets: [
        {
          table: 'reservation',
          columns: [...keys, { to: 'quantity', from: 'quantity', lens: same }],
        },
        { table: 'remark', columns: [...keys, { to: 'text', from: 'note', lens: same }] },
      ],
      leave: [],
    },
    shape,
    [first, second],
  )
  const rows = fc.record({
    order_ref: fc.string(),
    book_id: fc.nat().map(String),
    quantity: fc.nat(9).map(String),
    note: fc.string(),
  })

  it('comes back whole from its parts', () => {
    fc.assert(
      fc.property(rows, (row) => {
        const parts = table.forward(row).map((part) => table.backward(part.table, part.row))
        expect(Object.assign({}, ...parts)).to.deep.equal(row)
      }),
    )
  })

  it('maps a key to the key of the mapped row, and back', () => {
    fc.assert(
      fc.property(rows, (row) => {
        const mapped = table.forward(row)
        const { order_ref, book_id } = row
        for (const [index, { table: target, key }] of table.forwardKey(row).entries()) {
          expect(mapped[index]?.row).to.include(key)
          expect(table.backwardKey(target, key)).to.deep.equal({ order_ref, book_id })
        }
      }),
    )
  })

  it("lists each target's key in the source's key order, so that ranges correspond", () => {
    expect(table.targets.map(({ key }) => key)).to.deep.equal([
      ['ref', 'product'],
      ['ref', 'product'],
    ])
    expect(table.targets.map(({ primary }) => primary)).to.deep.equal([true, false])
  })

  it('knows what an insert of one part needs besides', () => {
    expect(table.insertDefaults('reservation')).to.deep.equal({ note: '' })
    expect(table.insertDefaults('remark')).to.deep.equal({ quantity: '0' })
  })
})
