import { LensError, type SqlValue } from '@matapalo/core'
import { expect } from 'chai'
import { compiled, lensCases } from './cases.ts'

describe('lens', () => {
  for (const lens of lensCases) {
    describe(lens.name, () => {
      const table = compiled(lens)
      const there = (v: SqlValue) => table.forward({ id: '1', v })[0]?.row.v
      const back = (v: SqlValue) => table.backward('new', { id: '1', v }).v

      it('carries each value there and back', () => {
        for (const [source, target, returned = source] of lens.fits) {
          expect(there(source), `forward of ${source}`).to.equal(target)
          expect(back(target), `backward of ${target}`).to.equal(returned)
        }
        for (const [target, source] of lens.returns ?? []) {
          expect(back(target), `backward of ${target}`).to.equal(source)
        }
      })

      it('refuses what it cannot carry, without telling the value', () => {
        for (const value of lens.refused ?? []) {
          expect(() => there(value), `forward of ${value}`).to.throw(LensError)
        }
        for (const value of lens.refusedBack ?? []) {
          expect(() => back(value), `backward of ${value}`).to.throw(LensError)
        }
      })
    })
  }

  it('names table, column and the reason of a refusal, never the value', () => {
    const lens = lensCases.find(({ name }) => name === 'enum letters')
    if (!lens) throw new TypeError('no case')
    expect(() => compiled(lens).forward({ id: '1', v: 'secret' }))
      .to.throw(LensError)
      .that.deep.includes({
        code: 'MATAPALO_LENS_ENUM',
        table: 'old',
        message:
          'old.v → new.v: the value is none of the 3 values of its map; mend the row or the manifest, then retry the change',
      })
  })
})
