/**
 * The syntax of a bearer token, strictly, before anybody looks at its signature: one space, three
 * parts of canonical base64url, JSON without a second reading, a header that brings no key.
 *
 * jose alone decodes base64url leniently (white space, padding, stray bits: six of Wycheproof's JWS
 * vectors), and a text with several spellings is several texts to whoever compares or caches them.
 *
 * Pure.
 *
 * @module
 */
import { InvalidToken } from '../errors.ts'
import { namesMemberTwice } from './members.ts'

/** Octets. RFC 9068 tokens have some hundred. */
const longest = 8_192

/** `Bearer` and whatever is not part of that word, so that no spelling of it slips past. */
const scheme = /^bearer(?![!#$%&'*+.^_`|~0-9A-Za-z-])/i

/** The token of an `Authorization` field; undefined for any other scheme. @throws InvalidToken */
export function bearerTokenOf(authorization: string | undefined): string | undefined {
  if (authorization === undefined || !scheme.test(authorization)) return undefined
  const token = authorization.slice(7)
  // RFC 6750 2.1: one space. What follows is looked at by checkToken.
  if (authorization[6] !== ' ' || token === '') throw new InvalidToken('there is no token')
  return token
}

const alphabet = /^[A-Za-z0-9_-]+$/
const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** @throws InvalidToken unless the part has exactly this spelling */
function decoded(part: string): Buffer {
  const octets = Buffer.from(part, 'base64url')
  if (!alphabet.test(part) || octets.toString('base64url') !== part) {
    throw new InvalidToken('it is not canonical base64url')
  }
  return octets
}

/** @throws InvalidToken */
function objectOf(part: string): Readonly<Record<string, unknown>> {
  const octets = decoded(part)
  let json: string
  let value: unknown
  try {
    json = text.decode(octets)
    value = JSON.parse(json)
  } catch (cause) {
    throw new InvalidToken('a part of it is not JSON', cause)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new InvalidToken('a part of it is not an object')
  }
  if (namesMemberTwice(json)) throw new InvalidToken('it names a member twice')
  return value as Readonly<Record<string, unknown>>
}

/** Members that ask us to understand more, or to take a key from the token itself. */
const unwanted = ['crit', 'b64', 'jwk', 'jku', 'x5u', 'x5c', 'x5t', 'x5t#S256', 'zip', 'cty', 'enc']

/** @throws InvalidToken */
export function checkToken(token: string, algorithms: readonly string[]): void {
  if (token.length > longest) throw new InvalidToken('it is too long')
  const parts = token.split('.')
  const [header, payload, signature] = parts
  if (parts.length !== 3 || !header || !payload || !signature) {
    throw new InvalidToken('it has not three parts')
  }
  decoded(signature)
  const members = objectOf(header)
  const odd = unwanted.find((name) => Object.hasOwn(members, name))
  if (odd !== undefined) throw new InvalidToken(`its header has ${odd}`)
  const { alg, kid } = members
  if (typeof alg !== 'string' || !algorithms.includes(alg)) {
    throw new InvalidToken('its algorithm is not allowed')
  }
  if (typeof kid !== 'string' || kid === '' || kid.length > 256) {
    throw new InvalidToken('it does not name its key')
  }
  objectOf(payload)
}
