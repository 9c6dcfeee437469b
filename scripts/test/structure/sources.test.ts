import { expect } from 'chai'
import { importsOf, packageOf } from '../../src/structure/sources.ts'

describe('importsOf', () => {
  it('finds static, type-only, re-exporting, bare and dynamic imports', () => {
    const text = [
      "import knex, { type Knex } from 'knex'",
      "import type { Request } from 'express'",
      "export * from './rows.ts'",
      "import './effects.ts'",
      "const late = await import('undici')",
      'import {\n  a,\n  b,\n} from "node:fs"',
    ].join('\n')
    expect(importsOf(text)).to.deep.equal([
      { specifier: 'knex', typeOnly: false },
      { specifier: 'express', typeOnly: true },
      { specifier: './rows.ts', typeOnly: false },
      { specifier: './effects.ts', typeOnly: false },
      { specifier: 'undici', typeOnly: false },
      { specifier: 'node:fs', typeOnly: false },
    ])
  })

  it('is not misled by words in comments', () => {
    expect(importsOf("// we import things from 'somewhere'\n")).to.deep.equal([])
  })
})

describe('packageOf', () => {
  it('names the package of a deep import and none for a path or a builtin', () => {
    expect(packageOf('mysql2/promise')).to.equal('mysql2')
    expect(packageOf('@matapalo/core/rows')).to.equal('@matapalo/core')
    expect(packageOf('./rows.ts')).to.equal(undefined)
    expect(packageOf('node:fs')).to.equal(undefined)
  })
})
