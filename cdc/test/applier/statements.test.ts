import { expect } from 'chai'
import { literal } from '../../src/applier/literal.ts'
import { compound, tableSql } from '../../src/applier/statements.ts'
import { column, table } from '../support/events.ts'

const lines = tableSql(
  table(
    'lines',
    [column('ref', 'varchar(10)'), column('no', 'smallint(6)'), column('data', 'varbinary(4)')],
    ['ref', 'no'],
  ),
)

describe('tableSql', () => {
  it('finds rows of a composite key by equality of each part', () => {
    expect(
      lines.lookup([
        { ref: "a'", no: '1' },
        { ref: 'b', no: '2' },
      ]),
    ).to.equal(
      "SELECT `ref`, `no` FROM `shop`.`lines` WHERE (`ref` = 'a\\'' AND `no` = 1) OR (`ref` = 'b' AND `no` = 2)",
    )
  })

  it('updates only what is no key, and nothing when that is all', () => {
    const key = { ref: 'a', no: '1' }
    expect(
      lines.update({ key, defaults: {}, row: { ...key, data: new Uint8Array([0, 255]) } }),
    ).to.equal("UPDATE `shop`.`lines` SET `data` = x'00ff' WHERE `ref` = 'a' AND `no` = 1")
    expect(lines.update({ key, defaults: {}, row: key })).to.equal(null)
  })

  it('moves a key by one UPDATE', () => {
    const key = { ref: 'b', no: '1' }
    expect(lines.rekey({ ref: 'a', no: '1' }, { key, defaults: {}, row: key })).to.equal(
      "UPDATE `shop`.`lines` SET `ref` = 'b', `no` = 1 WHERE `ref` = 'a' AND `no` = 1",
    )
  })

  it('joins several statements into one compound', () => {
    expect(compound(['A', 'B'])).to.equal('BEGIN NOT ATOMIC A; B; END')
    expect(compound(['A'])).to.equal('A')
  })
})

describe('literal', () => {
  it('writes numbers bare and refuses what is none', () => {
    expect(literal('18446744073709551615', column('n', 'bigint(20) unsigned'))).to.equal(
      '18446744073709551615',
    )
    expect(() => literal('1; DROP', column('n', 'int(11)'))).to.throw(
      /n: the mapped value is no int/,
    )
  })

  it('escapes everything that could end a text', () => {
    expect(literal('\\\'"\u0000\n\u001a', column('t', 'varchar(9)'))).to.equal(
      "'\\\\\\'\\\"\\0\\n\\Z'",
    )
  })

  it('writes NULL, and empty bytes', () => {
    expect(literal(null, column('t', 'varchar(9)'))).to.equal('NULL')
    expect(literal(new Uint8Array(), column('b', 'blob'))).to.equal("''")
  })
})
