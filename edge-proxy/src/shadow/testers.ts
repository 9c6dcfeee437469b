/**
 * Testers choose the side of their reads by a signed header, which `matapalo tester` makes.
 *
 * It is read from the client's own fields, which never pass on, and verified anew for each request:
 * few come, and nobody waits for theirs. A choice is a wish for reads, no credential: who the tester
 * is, and what he may, his session or token says as ever.
 *
 * @module
 */
import type { IncomingHttpHeaders } from 'node:http'
import { choiceOf, type Side, type SideChoice, sideHeader, sideToken } from '@matapalo/core'
import { refusalOf, verifyShared } from '../identity/jwt.ts'
import { SideRefused } from './errors.ts'

/** Says who answered a request that came with a choice. */
export const servedByHeader = 'x-matapalo-served-by'

/** Between two clocks, s. */
const toleranceSeconds = 5

export class Testers {
  readonly #key: Uint8Array | undefined

  /** @param key shared with whoever makes headers; undefined: nobody may choose */
  constructor(key: string | undefined) {
    this.#key = key === undefined ? undefined : new TextEncoder().encode(key)
  }

  /** Undefined: no such header. @throws SideRefused, as a rejection */
  choiceOf(headers: IncomingHttpHeaders): Promise<SideChoice> | undefined {
    const field = headers[sideHeader]
    // Several fields of one name come as one, which is no token.
    return field === undefined ? undefined : this.#judge(String(field))
  }

  async #judge(token: string): Promise<SideChoice> {
    const key = this.#key
    if (key === undefined) throw new SideRefused('this edge has no EDGE_TESTER_KEY to verify it by')
    const claims = await verifyShared(token, key, { ...sideToken, toleranceSeconds }).catch(
      (error: unknown) => {
        throw new SideRefused(refusalOf(error) ?? 'it cannot be verified', error)
      },
    )
    const choice = choiceOf(claims)
    if (choice === undefined) throw new SideRefused('it names no side, or no domain')
    return choice
  }
}

/**
 * What an answer has more for a tester. A shared cache must not give it to anybody else, hence `Vary`.
 *
 * @param gaveUp why the owner answered although the other side was chosen
 */
export const testersFields = (side: Side, gaveUp: string | undefined): readonly string[] => [
  servedByHeader,
  gaveUp === undefined ? side : `${side};why=${gaveUp}`,
  'vary',
  sideHeader,
]
