import type { Row, SqlValue } from '@matapalo/core'
import { expect } from 'chai'
import { envelopeDecoder } from '../src/envelope.ts'
import { column, message, table } from './support/events.ts'

const hex = (value: SqlValue | undefined): string =>
  Buffer.from(value as Uint8Array).toString('hex')

const decodeOne = (columnType: string, json: string): SqlValue | undefined => {
  const shape = table('books', [column('id', 'int(11)'), column('v', columnType)])
  const event = envelopeDecoder('d', 'shop', [shape]).decode(
    message({ after: `{"id":1,"v":${json}}` }),
  )
  if (event?.type !== 'change') throw new Error('expected a change')
  return event.after?.v
}

describe('envelopeDecoder', () => {
  const cases: readonly (readonly [type: string, json: string, text: string | null])[] = [
    ['int(11)', '-12', '-12'],
    ['tinyint(1)', '1', '1'],
    ['tinyint(1)', 'true', '1'],
    ['bigint(20)', '9223372036854775807', '9223372036854775807'],
    ['bigint(20)', '-9223372036854775808', '-9223372036854775808'],
    ['bigint(20)', '9007199254740993', '9007199254740993'],
    ['bigint(20) unsigned', '"AP//////////"', '18446744073709551615'],
    ['bigint(20) unsigned', '"AA=="', '0'],
    ['decimal(10,2)', '"-0.50"', '-0.50'],
    ['double', '1.5e+300', '1.5e+300'],
    ['date', '20778', '2026-11-21'],
    ['date', '-719162', '0001-01-01'],
    ['datetime', '1795302309000', '2026-11-21 23:05:09'],
    ['datetime', '-62135596800000', '0001-01-01 00:00:00'],
    ['datetime(3)', '-1', '1969-12-31 23:59:59.999'],
    ['datetime(6)', '253402300799999999', '9999-12-31 23:59:59.999999'],
    ['timestamp', '"2026-11-21T23:05:09Z"', '2026-11-21 23:05:09'],
    ['timestamp(6)', '"2026-11-21T23:05:09.12Z"', '2026-11-21 23:05:09.120000'],
    ['time', '-3020399000000', '-838:59:59'],
    ['time(6)', '1', '00:00:00.000001'],
    ['year(4)', '0', '0000'],
    ['varchar(20)', '"naïve 書 \\u0000"', 'naïve 書 \u0000'],
    ["enum('a','b')", '"b"', 'b'],
    ['longtext', '"{\\"n\\": 12345678901234567890}"', '{"n": 12345678901234567890}'],
    ['datetime', 'null', null],
  ]
  for (const [type, json, text] of cases) {
    it(`decodes ${type} ${json}`, () => {
      expect(decodeOne(type, json)).to.equal(text)
    })
  }

  it('decodes bytes, and bits from little to big end', () => {
    expect(hex(decodeOne('varbinary(8)', '"AAH/AA=="'))).to.equal('0001ff00')
    expect(hex(decodeOne('bit(1)', 'true'))).to.equal('01')
    expect(hex(decodeOne('bit(12)', '"AQI="'))).to.equal('0201')
  })

  it('keeps a column that is called ts_ns exact', () => {
    const shape = table('books', [column('id', 'int(11)'), column('ts_ns', 'bigint(20)')])
    const event = envelopeDecoder('d', 'shop', [shape]).decode(
      message({ after: '{"id":1,"ts_ns":1795305570101000001}' }),
    )
    expect((event as { after: Row }).after.ts_ns).to.equal('1795305570101000001')
  })

  it('tells a column that is new or gone', () => {
    const decoder = envelopeDecoder('d', 'shop', [table('books', [column('id', 'int(11)')])])
    const after = (json: string): unknown =>
      (decoder.decode(message({ after: json })) as { after: Row }).after
    expect(() => after('{"id":1,"more":2}')).to.throw(/books\.more: is new/)
    expect(() => after('{}')).to.throw(/books\.id: is missing/)
  })

  it('reads a marker', () => {
    const event = envelopeDecoder('d', 'shop', []).decode(
      message({
        db: 'matapalo',
        table: 'marker_d',
        op: 'u',
        after:
          '{"id":1,"n":"ASw=","generation":"g","term":"Ag==","owner":"service","seq":"AQ==",' +
          '"written_at":1795302309000250}',
      }),
    )
    expect(event).to.include({ type: 'marker', token: 300n, term: 2, owner: 'service' })
    expect(event).to.have.property('writtenAtMs', 1795302309000)
  })

  it('passes over tables that are none of the domain', () => {
    const decoder = envelopeDecoder('d', 'shop', [])
    expect(decoder.decode(message({ table: 'other', after: '{"id":1}' }))).to.equal(null)
    expect(
      decoder.decode(message({ db: 'matapalo', table: 'marker_other', after: '{}' })),
    ).to.equal(null)
  })

  it('gives snapshot rows no transaction', () => {
    const shape = table('books', [column('id', 'int(11)')])
    const event = envelopeDecoder('d', 'shop', [shape]).decode(
      message({ op: 'r', snapshot: 'incremental', after: '{"id":1}' }),
    )
    expect(event).to.have.property('gtid', null)
  })

  it('refuses what is no envelope', () => {
    const decoder = envelopeDecoder('d', 'shop', [])
    expect(() => decoder.decode({ offset: 7n, value: 'nonsense', headers: {} })).to.throw(
      /offset 7/,
    )
  })
})
