/**
 * What the claims of a verified access token (RFC 9068) say about its bearer.
 *
 * Pure.
 *
 * @module
 */
import { hash } from 'node:crypto'
import { InvalidToken } from '../errors.ts'
import type { Identity } from '../introspection.ts'
import type { Claims } from '../jwt.ts'
import type { Subject } from '../subject.ts'

export interface Bearer {
  readonly identity: Identity
  /** Session that the token belongs to; undefined for a program. */
  readonly sid: string | undefined
  /** The same for all tokens of one session, so that a refresh changes nothing. */
  readonly subject: Subject
  /** Unix time, ms. */
  readonly expires: number
}

const refuse = (claim: string): never => {
  throw new InvalidToken(`its ${claim} does not pass`)
}

const isText = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && value.length <= 255

/** It becomes a segment of a path, so it has no dots, slashes or percent signs. */
const sidFormat = /^[A-Za-z0-9_-]{1,128}$/
const scopeFormat = /^[!#-[\]-~]+(?: [!#-[\]-~]+)*$/

function rolesOf(roles: unknown): readonly string[] {
  if (roles === undefined) return []
  if (!Array.isArray(roles) || !roles.every(isText)) return refuse('roles')
  return roles
}

function scopesOf(scope: unknown): readonly string[] {
  if (scope === undefined || scope === '') return []
  if (typeof scope !== 'string' || !scopeFormat.test(scope)) return refuse('scope')
  return scope.split(' ')
}

/** @param nowMs Unix time @throws InvalidToken */
export function bearerOf(claims: Claims, nowMs: number, toleranceMs: number): Bearer {
  const { sub, sid, exp, iat, client_id: clientId, name } = claims
  if (!isText(sub)) return refuse('sub')
  if (!isText(clientId)) return refuse('client_id')
  if (iat === undefined || iat * 1000 > nowMs + toleranceMs) return refuse('iat')
  if (exp === undefined) return refuse('exp')
  if (sid !== undefined && !(typeof sid === 'string' && sidFormat.test(sid))) return refuse('sid')
  const token = { scopes: scopesOf(claims.scope), clientId, sid }
  // A client's own name is no person's: `sub` and client tell the two apart.
  const whose = sid === undefined ? `client ${clientId} ${sub}` : `sid ${sid}`
  return {
    identity: {
      id: sub,
      name: typeof name === 'string' ? name : '',
      roles: rolesOf(claims.roles),
      token,
    },
    sid,
    subject: `b:${hash('sha256', whose, 'base64url')}`,
    expires: exp * 1000,
  }
}
