import { expect } from 'chai'
import { newBook } from '../src/catalog/bookInput.ts'
import { date, price, reference, text } from '../src/input.ts'

describe('input', () => {
  it('counts code points, as the columns do', () => {
    expect(text({ title: '📖'.repeat(300) }, 'title', 300)).to.have.length(600)
    expect(() => text({ title: '📖'.repeat(301) }, 'title', 300)).to.throw(/1 to 300/)
  })
  it('refuses half characters and NUL', () => {
    expect(() => text({ t: 'a\uD800' }, 't', 10)).to.throw(/well-formed/)
    expect(() => text({ t: 'a\0' }, 't', 10)).to.throw(/well-formed/)
  })
  it('takes prices as text or number and nothing in between', () => {
    expect(price({ p: 12.5 }, 'p')).to.equal('12.5')
    expect(price({ p: '99999999.99' }, 'p')).to.equal('99999999.99')
    for (const p of ['1e3', -1, Number.NaN, '100000000', '1.234', '', null, 1e21]) {
      expect(() => price({ p }, 'p'), String(p)).to.throw(/amount/)
    }
  })
  it('takes only dates of the calendar', () => {
    expect(date({ d: '2024-02-29' }, 'd')).to.equal('2024-02-29')
    for (const d of ['2023-02-29', '0000-00-00', '2024-1-1', 5]) {
      expect(() => date({ d }, 'd'), String(d)).to.throw(/date/)
    }
  })
  it('takes references that need no escaping', () => {
    expect(reference({ reference: 'a.B:c_1-2' })).to.equal('a.B:c_1-2')
    expect(() => reference({ reference: 'a b' })).to.throw(/letters/)
  })
  it('names a field that a book does not have', () => {
    expect(() => newBook({ title: 'T', author: 'A', price: '1', sold: 5 })).to.throw(
      /sold: no such/,
    )
  })
})
