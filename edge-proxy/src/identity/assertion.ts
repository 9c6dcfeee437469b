/**
 * The signed identity that services get: a JWT (EdDSA, RFC 8037) for one upstream, valid a minute.
 * What a bearer token said (its scopes, session and client) stands in it too.
 *
 * @module
 */
import type { Identity } from './introspection.ts'
import { assertionSigner, type Claims } from './jwt.ts'

export const assertionHeader = 'x-matapalo-identity'
const issuer = 'matapalo-edge'
const lifetimeSeconds = 60
/** A signed assertion is used again for half of its life. */
const reuseMs = 30_000
const capacity = 20_000

export interface Signer {
  sign(identity: Identity, upstream: string): Promise<string>
}

function claimsOf({ name, roles, token }: Identity): Claims {
  const person = { name, roles: [...roles] }
  if (token === undefined) return person
  const session = token.sid === undefined ? {} : { sid: token.sid }
  return { ...person, scope: token.scopes.join(' '), client_id: token.clientId, ...session }
}

/** @param text PKCS #8 PEM (line ends may be written `\n`) or a JWK as JSON */
export async function openSigner(text: string): Promise<Signer> {
  const make = await assertionSigner(text)
  // By the identity as introspected, or as the token told it: a new one makes a new assertion.
  const signed = new Map<Identity, Map<string, { readonly jwt: Promise<string>; until: number }>>()
  return {
    sign(identity, upstream) {
      let perUpstream = signed.get(identity)
      if (perUpstream === undefined) {
        perUpstream = new Map()
        signed.set(identity, perUpstream)
        if (signed.size > capacity) signed.delete(signed.keys().next().value as Identity)
      }
      const known = perUpstream.get(upstream)
      if (known !== undefined && known.until > performance.now()) return known.jwt
      const claims = claimsOf(identity)
      const jwt = make({
        issuer,
        audience: upstream,
        subject: identity.id,
        lifetimeSeconds,
        claims,
      })
      perUpstream.set(upstream, { jwt, until: performance.now() + reuseMs })
      return jwt
    },
  }
}
