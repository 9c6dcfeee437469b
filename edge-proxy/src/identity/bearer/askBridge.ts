/**
 * Asks the service that issues tokens for the cookie behind a `sid`, under an identity of our own.
 *
 * @module
 */
import type { Decision } from '@matapalo/core'
import { assertionHeader, type Signer } from '../assertion.ts'
import type { Identity } from '../introspection.ts'
import type { AskOwner } from '../owner.ts'
import type { AskBridge } from './bridge.ts'

/** Who the edge is to the service that it asks. */
const edge: Identity = {
  id: 'matapalo-edge',
  name: '',
  roles: ['system'],
  token: { scopes: ['sessions:bridge'], clientId: 'matapalo-edge', sid: undefined },
}

/** Octets that a cookie's value may have (RFC 6265 4.1.1). */
const cookieValue = /^[!#-+\--:<-[\]-~]{1,4096}$/

/** Reads `{cookie, user_id, expires?}`. @throws TypeError for anything else */
export function parseBridged(text: string) {
  const answer = JSON.parse(text) as Readonly<Record<string, unknown>> | null
  const { cookie, user_id: user, expires } = answer ?? {}
  if (typeof cookie !== 'string' || !cookieValue.test(cookie)) throw new TypeError('no cookie')
  if (typeof user !== 'number' && typeof user !== 'string') throw new TypeError('no user_id')
  const until = expires === undefined ? Number.NaN : Date.parse(String(expires))
  return { cookie, userId: String(user), ...(Number.isNaN(until) ? {} : { expires: until }) }
}

/** @param path with `:sid` for the session's name; its route must be `side: service` */
export const askBridge =
  (ask: AskOwner, signer: Signer, path: string): AskBridge =>
  async (sid) => {
    const headers = async ({ side, upstream }: Decision): Promise<readonly string[]> => {
      // The monolith's 404 would read as "has ended".
      if (side !== 'service') throw new Error(`${path} is no route of a service`)
      return [assertionHeader, await signer.sign(edge, upstream)]
    }
    const question = { path: path.replace(':sid', sid), headers, answers: [200, 404] }
    const { status, text } = await ask(question)
    return status === 404 ? null : parseBridged(text)
  }
