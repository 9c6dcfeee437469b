import { hash } from 'node:crypto'
import { compareAnswers, defaultRules, rulesInForce, sampleOf } from '@matapalo/core/parity/index'
import { expect } from 'chai'
import fc from 'fast-check'

const digest = (text: string): string => hash('sha256', `salt${text}`).slice(0, 8)
const headers = { 'content-type': 'application/json' }
const answer = (value: unknown) => ({
  ...{ status: 200, headers },
  body: new TextEncoder().encode(JSON.stringify(value)),
})
const samples = (one: unknown, two: unknown, show: readonly string[] = []) => {
  const rules = rulesInForce({ ...defaultRules, show }, '/x', '2026-11-22')
  return compareAnswers(answer(one), answer(two), rules).map((d) => sampleOf(d, rules, digest))
}

describe('sampleOf', () => {
  it('never shows a value', () => {
    const secret = fc.string({ minLength: 12 }).map((text) => `secret-${text}`)
    fc.assert(
      fc.property(secret, secret, fc.string({ minLength: 1 }), (one, two, name) => {
        const text = JSON.stringify(samples({ [name]: [one, { a: one }] }, { [name]: [two, 1] }))
        expect(text).to.not.contain('secret-')
      }),
    )
    expect(JSON.stringify(samples({ card: 4111111111111111 }, { card: 1 }))).to.not.contain('4111')
  })

  it('shows that two values are the same, and what the manifest opens', () => {
    const [first, second] = samples({ a: 'x', b: 'y' }, { a: 'y', b: 'x' })
    expect(first?.control).to.equal(second?.candidate)
    expect(first).to.deep.include({ kind: 'value', path: '$.a' })
    expect(samples({ a: 1.5 }, { a: 2 }, ['$.a'])[0]).to.deep.include({
      control: '1.5',
      candidate: '2',
    })
  })
})
