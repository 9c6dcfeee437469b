/**
 * Who calls: the edge turns a customer's session into a signed identity that lives a minute, and
 * this is the only file that reads it. A call that comes past the edge has none.
 *
 * @module
 */
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose'

export const identityHeader = 'x-matapalo-identity'

export interface Identity {
  readonly userId: number
  readonly name: string
  readonly roles: readonly string[]
}

/** Resolves to null for a token that is missing, forged, expired, or meant for someone else. */
export type ReadIdentity = (token: string | undefined) => Promise<Identity | null>

export function identityReader(keys: { readonly keys: readonly object[] }): ReadIdentity {
  // The members of a JWKS were parsed from JSON; jose checks each key when it is used.
  const keySet = createLocalJWKSet(keys as unknown as JSONWebKeySet)
  return async (token) => {
    if (token === undefined) return null
    try {
      const { payload } = await jwtVerify(token, keySet, {
        algorithms: ['EdDSA'],
        issuer: 'matapalo-edge',
        audience: 'catalog',
        requiredClaims: ['sub', 'exp'],
        clockTolerance: 5,
      })
      const userId = Number(payload.sub)
      if (!Number.isInteger(userId)) return null
      const roles = Array.isArray(payload.roles) ? payload.roles.map(String) : []
      return { userId, name: String(payload.name ?? ''), roles }
    } catch {
      return null
    }
  }
}
