import {
  type Answer,
  compareAnswers,
  type Difference,
  defaultRules,
  formatPlace,
  mostDifferences,
  type ParityRules,
  rulesInForce,
  secondLook,
} from '@matapalo/core/parity/index'
import { expect } from 'chai'
import fc from 'fast-check'

const today = '2026-11-22'
const inForce = (rules: Partial<ParityRules> = {}, route = '/api/books/:id') =>
  rulesInForce({ ...defaultRules, ...rules }, route, today)
const answer = (text: string, over: Partial<Answer> = {}): Answer => ({
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: new TextEncoder().encode(text),
  ...over,
})
const differences = (one: string, two: string, rules: Partial<ParityRules> = {}) =>
  compareAnswers(answer(one), answer(two), inForce(rules))
const told = (some: readonly Difference[]) =>
  some.map(({ kind, place }) => `${kind} ${formatPlace(place)}`)

/** Any document, written with members in any order, spaces, and numbers spelt in several ways. */
const document = fc.jsonValue({ maxDepth: 4 })
const shuffled = (value: unknown, flip: () => boolean): unknown => {
  if (Array.isArray(value)) return value.map((item) => shuffled(item, flip))
  if (value === null || typeof value !== 'object') return value
  const members = Object.entries(value).map(([name, one]) => [name, shuffled(one, flip)] as const)
  if (flip()) members.reverse()
  const copy: Record<string, unknown> = {}
  for (const [name, one] of members) {
    Object.defineProperty(copy, name, { value: one, enumerable: true })
  }
  return copy
}
type Path = readonly (string | number)[]
const leaves = (value: unknown, at: Path = []): Path[] => {
  if (value === null || typeof value !== 'object') return [at]
  const entries = Array.isArray(value) ? [...value.entries()] : Object.entries(value)
  return entries.flatMap(([name, one]) => leaves(one, [...at, name]))
}
const changed = (value: unknown, [first, ...rest]: Path): unknown => {
  if (first === undefined) return value === 'changed' ? 'again' : 'changed'
  if (Array.isArray(value)) {
    return value.map((item, index) => (index === first ? changed(item, rest) : item))
  }
  const copy: Record<string, unknown> = {}
  for (const [name, one] of Object.entries(value as object)) {
    const next = name === first ? changed(one, rest) : one
    Object.defineProperty(copy, name, { value: next, enumerable: true })
  }
  return copy
}
const quoted = (path: Path): string =>
  path
    .map((at) => (typeof at === 'number' ? `[${at}]` : `['${at.replace(/['\\]/g, '\\$&')}']`))
    .reduce((text, one) => text + one, '$')

describe('compareAnswers', () => {
  it('finds nothing between a document and itself, however it is written', () => {
    fc.assert(
      fc.property(document, fc.infiniteStream(fc.boolean()), (value, flips) => {
        const flip = () => flips.next().value as boolean
        const two = JSON.stringify(shuffled(value, flip), null, flip() ? 2 : 0)
        expect(differences(JSON.stringify(value), two)).to.deep.equal([])
      }),
      { numRuns: 500 },
    )
  })

  it('is symmetric: the same places, missing and extra swapped', () => {
    const swapped: Readonly<Record<string, string>> = { missing: 'extra', extra: 'missing' }
    fc.assert(
      fc.property(document, document, (one, two) => {
        const there = differences(JSON.stringify(one), JSON.stringify(two))
        const back = differences(JSON.stringify(two), JSON.stringify(one))
        if (there.length >= mostDifferences) return
        const turned = back.map((d) => ({ ...d, kind: swapped[d.kind] ?? d.kind }) as Difference)
        expect(told(turned).sort()).to.deep.equal(told(there).sort())
      }),
      { numRuns: 500 },
    )
  })

  it('finds a change of any leaf, and not when the place, or what holds it, is ignored', () => {
    fc.assert(
      fc.property(document, fc.nat(), fc.nat(), (value, pick, depth) => {
        const all = leaves(value)
        const path = all[pick % Math.max(1, all.length)]
        // A name that is empty cannot be written as a path.
        if (path === undefined || path.includes('')) return
        const [one, two] = [JSON.stringify(value), JSON.stringify(changed(value, path))]
        expect(differences(one, two)).to.have.length(1)
        const ignore = [
          { path: quoted(path.slice(0, depth % (path.length + 1))), until: today, why: 'test' },
        ]
        expect(differences(one, two, { ignore })).to.deep.equal([])
      }),
      { numRuns: 500 },
    )
  })

  it('finds the same in lists without an order, and a change of any item', () => {
    const list = fc.array(document, { maxLength: 8 })
    const unordered = [{ path: '$..*' }, { path: '$' }]
    fc.assert(
      fc.property(list, fc.integer(), (items, seed) => {
        const two = [...items].sort((a, b) => hash(a, seed) - hash(b, seed))
        expect(differences(JSON.stringify(items), JSON.stringify(two), { unordered })).to.be.empty
        if (two.length === 0) return
        const [first, ...rest] = two
        const other = JSON.stringify([...rest, { was: first }])
        expect(differences(JSON.stringify(items), other, { unordered })).to.not.be.empty
      }),
      { numRuns: 300 },
    )
  })

  it('compares numbers by their exact value', () => {
    for (const [one, two] of [
      ['1', '1.0'],
      ['100', '1e2'],
      ['-0', '0'],
      ['0.10', '0.1'],
      ['1E+3', '1000'],
    ] as const) {
      expect(differences(`{"n":${one}}`, `{"n":${two}}`), `${one} ${two}`).to.deep.equal([])
    }
    for (const [one, two] of [
      ['9007199254740992', '9007199254740993'],
      ['0.1', '0.10000000000000001'],
      ['1e400', '1e401'],
      ['1', '-1'],
      ['1e99999999999999999999', '1'],
    ] as const) {
      expect(told(differences(`{"n":${one}}`, `{"n":${two}}`)), `${one} ${two}`).to.deep.equal([
        'value $.n',
      ])
    }
    expect(told(differences('{"n":1}', '{"n":"1"}'))).to.deep.equal(['type $.n'])
  })

  it('sees repeated names, and names that objects inherit', () => {
    expect(told(differences('{"a":1,"a":2}', '{"a":2}'))).to.deep.equal(['duplicate $.a'])
    expect(told(differences('{"a":1,"a":2}', '{"a":2,"a":2}'))).to.deep.equal(['value $.a'])
    expect(told(differences('{"__proto__":1}', '{"__proto__":2}'))).to.deep.equal([
      'value $.__proto__',
    ])
  })

  it('puts up with a tolerance, for numbers and for decimals as text, and with no more', () => {
    const tolerances = [{ path: '$.items[*].price', by: '0.01', why: 'rounding' }]
    const list = (price: string) => `{"items":[{"price":${price}}]}`
    expect(differences(list('12.50'), list('12.51'), { tolerances })).to.deep.equal([])
    expect(differences(list('"12.50"'), list('"12.49"'), { tolerances })).to.deep.equal([])
    expect(differences(list('12.50'), list('12.511'), { tolerances })).to.have.length(1)
    expect(differences(list('1e999999999'), list('1'), { tolerances })).to.have.length(1)
    const unordered = [{ path: '$' }]
    const near = [{ path: '$[*]', by: '1', why: 'rounding' }]
    expect(differences('[1,2]', '[3,2]', { tolerances: near, unordered })).to.deep.equal([])
    expect(differences('[1,2]', '[4,2]', { tolerances: near, unordered })).to.not.be.empty
  })

  it('does not count a rule that has run out, or one of another route', () => {
    const rule = { path: '$.at', until: '2026-11-21', why: 'clock' }
    expect(differences('{"at":1}', '{"at":2}', { ignore: [rule] })).to.have.length(1)
    const later = { ...rule, until: '2026-11-22' }
    expect(differences('{"at":1}', '{"at":2}', { ignore: [later] })).to.deep.equal([])
    const elsewhere = { ...later, route: '/api/other' }
    expect(differences('{"at":1}', '{"at":2}', { ignore: [elsewhere] })).to.have.length(1)
  })

  it('tells of status and chosen fields, however a media type is spelt', () => {
    const one = answer('{}', {
      headers: { 'content-type': 'application/json;charset=utf-8', etag: 'a' },
    })
    const two = answer('{}', {
      status: 404,
      headers: { 'content-type': 'application/json', location: '/x', etag: 'b' },
    })
    expect(told(compareAnswers(one, two, inForce()))).to.deep.equal([
      'status status',
      'header header.location',
    ])
    const ignore = [{ path: 'header.location', until: today, why: 'test' }]
    expect(told(compareAnswers(one, two, inForce({ ignore })))).to.deep.equal(['status status'])
  })

  it('does not take members for what stands outside the content', () => {
    const [one, two] = [
      '{"status":1,"header":{"location":1}}',
      '{"status":2,"header":{"location":2}}',
    ]
    expect(told(differences(one, two))).to.deep.equal(['value $.status', 'value $.header.location'])
    const outside = ['status', 'header.location', 'content'].map((path) => ({
      ...{ path, until: today, why: 'test' },
    }))
    expect(differences(one, two, { ignore: outside })).to.have.length(2)
    const inside = ['$', '$..status', '$.*'].map((path) => ({ path, until: today, why: 'test' }))
    const failed = answer('{}', { status: 500 })
    expect(told(compareAnswers(answer('{}'), failed, inForce({ ignore: inside })))).to.deep.equal([
      'status status',
    ])
  })

  it('compares what is no JSON by its octets, and says when one side is none', () => {
    const html = { headers: { 'content-type': 'text/html; charset=utf-8' } }
    expect(
      told(compareAnswers(answer('<p>1', html), answer('<p>2', html), inForce())),
    ).to.deep.equal(['content content'])
    expect(told(differences('{"a":1}', 'oops'))).to.deep.equal(['format content'])
    expect(told(differences('{"a":1}', ''))).to.deep.equal(['format content'])
    expect(told(differences('oops', 'ooops'))).to.deep.equal(['content content'])
    const deep = (n: number, leaf: number) => '['.repeat(n) + leaf + ']'.repeat(n)
    expect(told(differences(deep(5_000, 1), deep(5_000, 2)))).to.deep.equal(['content content'])
  })
})

describe('secondLook', () => {
  it('believes a difference only where the owner agrees with itself', () => {
    const apart = differences('{"price":1,"title":"a"}', '{"price":2,"title":"b"}')
    const own = differences('{"price":1,"title":"a"}', '{"price":2,"title":"a"}')
    const { confirmed, moving } = secondLook(apart, own)
    expect(told(confirmed)).to.deep.equal(['value $.title'])
    expect(told(moving)).to.deep.equal(['value $.price'])
  })

  it('says nothing about what lies in a list that is moving', () => {
    const apart = differences('{"items":[1,2]}', '{"items":[1,3]}')
    const own = differences('{"items":[1,2]}', '{"items":[1,2,3]}')
    expect(secondLook(apart, own).confirmed).to.deep.equal([])
  })
})

const hash = (value: unknown, seed: number): number => {
  let sum = seed | 0
  for (const character of JSON.stringify(value)) sum = (sum * 31 + character.charCodeAt(0)) | 0
  return sum
}
