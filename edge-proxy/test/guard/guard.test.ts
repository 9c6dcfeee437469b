import { readdirSync, readFileSync } from 'node:fs'
import { expect } from 'chai'
import { AmbiguousRequest } from '../../src/errors.ts'
import { guard } from '../../src/guard/guard.ts'

interface Case {
  readonly why: string
  readonly method?: string
  readonly url?: string
  /** Names and values in turn; one proper Host when absent. */
  readonly headers?: readonly string[]
  /** The rule that it breaks; absent: it passes. */
  readonly refused?: string
  readonly status?: number
  readonly path?: string
  readonly search?: string
  /** What of its path a route must tolerate. */
  readonly loose?: readonly string[]
}

describe('guard', () => {
  const folder = new URL('cases/', import.meta.url)
  for (const file of readdirSync(folder)) {
    const given = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Case
    const verdict = given.refused === undefined ? 'passes' : 'refuses'
    it(`${verdict} ${file.replace('.json', '')}: ${given.why}`, () => {
      const run = () =>
        guard({
          method: given.method ?? 'GET',
          url: given.url ?? '/',
          httpVersion: '1.1',
          rawHeaders: given.headers ?? ['Host', 'shop.test:8080'],
        })
      if (given.refused === undefined) {
        const { path, search, loose } = run()
        const wanted = { path: given.path, search: given.search, loose: given.loose }
        expect({ path, search, loose }).to.deep.equal(wanted)
        return
      }
      let refusal: unknown
      try {
        run()
      } catch (error) {
        refusal = error
      }
      expect(refusal).to.be.instanceOf(AmbiguousRequest)
      expect((refusal as AmbiguousRequest).message).to.contain(`(${given.refused})`)
      expect((refusal as AmbiguousRequest).status).to.equal(given.status ?? 400)
    })
  }
})
