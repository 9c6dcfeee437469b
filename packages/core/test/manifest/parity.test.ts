import { parseManifest } from '@matapalo/core'
import { expect } from 'chai'

const base = `
domain: shelf
upstream: shelf
routes: [{ path: /api/shelf, methods: [GET, POST] }]
`
const parsed = (text: string) => parseManifest(`${base}${text}`, 'shelf.yaml')
const problem = (text: string): string => {
  const read = parsed(text)
  if (!('problems' in read)) throw new TypeError('accepted')
  return `${read.problems[0]?.line} ${read.problems[0]?.path}: ${read.problems[0]?.message}`
}

describe('parity of a manifest', () => {
  it('is nothing when the manifest says nothing, and has defaults where it says little', () => {
    const silent = parsed('')
    const little = parsed('parity: { unordered: [$.items] }')
    if ('problems' in silent || 'problems' in little) throw new TypeError('refused')
    expect(silent.manifest.parity).to.equal(null)
    expect(little.manifest.parity).to.deep.include({
      unordered: [{ path: '$.items' }],
      samples: 400,
      mismatches: 0,
    })
  })

  it('takes rules with their reasons, and keeps decimals exact', () => {
    const read = parsed(`parity:
  ignore: [{ path: $.updatedAt, until: 2027-03-31, why: clock of the process }]
  tolerances: [{ path: '$.items[*].price', by: 0.10, why: rounding, route: /api/shelf }]
  skip: [{ route: /api/shelf, why: too dear }]`)
    if ('problems' in read) throw new TypeError(JSON.stringify(read.problems))
    expect(read.manifest.parity?.ignore).to.deep.equal([
      { path: '$.updatedAt', until: '2027-03-31', why: 'clock of the process' },
    ])
    expect(read.manifest.parity?.tolerances[0]?.by).to.equal('0.10')
  })

  it('refuses a rule without an end, without a reason, with a path or a route that is none', () => {
    expect(problem('parity: { ignore: [{ path: $.a, why: because }] }')).to.match(
      /^5 parity\.ignore\.0\.until: .* is missing$/,
    )
    expect(problem('parity: { ignore: [{ path: $.a, until: 2027-01-01 }] }')).to.contain('why')
    expect(problem('parity: { unordered: [items] }')).to.contain('is not a path')
    expect(problem('parity: { ignore: [{ path: $.a, until: soon, why: because }] }')).to.contain(
      'is not a day',
    )
    expect(problem('parity: { skip: [{ route: /api/other, why: because }] }')).to.contain(
      '/api/other: is no route of this domain',
    )
  })
})
