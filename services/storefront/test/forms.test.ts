import { expect } from 'chai'
import { filled, withNumbers } from '../src/forms/fields.ts'
import { isFromElsewhere } from '../src/forms/origin.ts'
import { sealWith } from '../src/forms/seal.ts'
import { safeNext } from '../src/pages/login.ts'

describe('isFromElsewhere', () => {
  const host = 'shop.test'
  const cases: readonly (readonly [what: string, headers: Record<string, string>, boolean])[] = [
    [
      'a form of this site',
      { 'sec-fetch-site': 'same-origin', origin: 'https://shop.test' },
      false,
    ],
    ['a form typed into the address bar', { 'sec-fetch-site': 'none' }, false],
    ['a form of a sister site', { 'sec-fetch-site': 'same-site', origin: 'https://a.test' }, true],
    ['a form of another site', { 'sec-fetch-site': 'cross-site' }, true],
    ['an old browser, our origin', { origin: 'https://shop.test' }, false],
    ['an old browser, another origin', { origin: 'https://evil.test' }, true],
    ['a sandboxed frame', { origin: 'null' }, true],
    ['our name with another port', { origin: 'https://shop.test:8443' }, true],
    ['a program, which says nothing', {}, false],
  ]
  for (const [what, headers, elsewhere] of cases) {
    it(`${elsewhere ? 'refuses' : 'takes'} ${what}`, () => {
      expect(isFromElsewhere('POST', { host, ...headers })).to.equal(elsewhere)
    })
  }

  it('lets everybody look', () => {
    expect(isFromElsewhere('GET', { host, 'sec-fetch-site': 'cross-site' })).to.equal(false)
  })
})

describe('a seal', () => {
  let now = 1_000_000
  const seal = sealWith('s'.repeat(32), () => now)

  it('knows its token, for the same login alone', () => {
    const token = seal.token('ana')
    expect(seal.isToken(token, 'ana')).to.equal(true)
    expect(seal.isToken(token, 'ben')).to.equal(false)
    expect(sealWith('t'.repeat(32), () => now).isToken(token, 'ana')).to.equal(false)
    for (const bad of [undefined, '', 'x', [token], `${token}x`]) {
      expect(seal.isToken(bad, 'ana')).to.equal(false)
    }
  })

  it('reads its note back, unchanged, for the same login, for ten minutes', () => {
    const note = { answer: 'ünïcode "quoted"', id: 7 }
    const sealed = seal.write(note, 'ana')
    expect(seal.read(sealed, 'ana')).to.deep.equal(note)
    expect(seal.read(sealed, 'ben')).to.equal(null)
    for (const bad of [undefined, '', '.', sealed.slice(1), `${sealed}x`, 'e30.e30']) {
      expect(seal.read(bad, 'ana'), bad).to.equal(null)
    }
    now += 600_001
    expect(seal.read(sealed, 'ana')).to.equal(null)
  })
})

describe('fields of a form', () => {
  it('leaves out what was not filled in', () => {
    expect(filled({ a: '', b: 'x' })).to.deep.equal({ b: 'x' })
  })

  it('makes numbers of numbers only', () => {
    const fields = { a: '12', b: '1e3', c: ' 1', d: '-4', e: '5' }
    const expected = { a: 12, b: '1e3', c: ' 1', d: -4, e: '5' }
    expect(withNumbers(fields, 'a', 'b', 'c', 'd')).to.deep.equal(expected)
  })
})

describe('safeNext', () => {
  it('takes a path of this shop and nothing else', () => {
    expect(safeNext('/cart?x=1')).to.equal('/cart?x=1')
    for (const bad of [
      '//evil.test',
      '/\\evil.test',
      'https://evil.test',
      '/a b',
      '',
      undefined,
      ['/x'],
    ]) {
      expect(safeNext(bad), String(bad)).to.equal('/')
    }
  })
})
