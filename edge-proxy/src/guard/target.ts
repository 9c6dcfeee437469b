/**
 * The path is brought to one form, once, before anything looks at it, and that form is what the
 * upstream gets. A path that router and upstream could read differently is refused: cleaning it up
 * would be guessing which of the two readings was meant.
 *
 * Pure.
 *
 * @module
 */
import { AmbiguousRequest } from '../errors.ts'

export interface Target {
  /** Canonical: unreserved octets plain, all others `%XX` in upper case, no dot or empty segments. */
  readonly path: string
  /** As sent, with its `?`; empty when there is none. */
  readonly search: string
}

const refuse = (fact: string, rule: string): never => {
  throw new AmbiguousRequest(fact, rule)
}

/** Only letters, digits and the characters that no server treats specially: nothing to canonicalise. */
const plain = /^(?:\/[A-Za-z0-9_~!$&'()*+,=:@-]+)+\/?$|^\/$/
const allowed = /^[A-Za-z0-9\-._~!$&'()*+,=:@/%]*$/
const unreserved = /[A-Za-z0-9\-._~]/
const strictUtf8 = new TextDecoder('utf-8', { fatal: true })

/** @throws AmbiguousRequest */
export function canonicalTarget(url: string): Target {
  const mark = url.indexOf('?')
  const path = mark < 0 ? url : url.slice(0, mark)
  const search = mark < 0 ? '' : url.slice(mark)
  if (search !== '') checkQuery(search)
  if (plain.test(path)) return { path, search }
  return { path: canonicalPath(path), search }
}

function checkQuery(search: string): void {
  for (let i = 1; i < search.length; i++) {
    const code = search.charCodeAt(i)
    if (code <= 0x20 || code === 0x7f) refuse('control character in the query', 'RFC 3986 3.4')
    if (code === 0x23) refuse('fragment in the request target', 'RFC 9112 3.2.1')
  }
}

function canonicalPath(path: string): string {
  if (path[0] !== '/') refuse('request target is not in origin form', 'RFC 9112 3.2.1')
  if (path.includes('\\')) refuse('backslash in the path', 'RFC 3986 3.3')
  if (path.includes(';')) refuse('path parameter', 'RFC 3986 3.3')
  if (!allowed.test(path)) refuse('character outside the path grammar', 'RFC 3986 3.3')
  const canonical = path.includes('%') ? decodeOnce(path) : path
  const segments = canonical.split('/')
  for (let i = 1; i < segments.length; i++) {
    const segment = segments[i]
    if (segment === '' && i < segments.length - 1) refuse('empty path segment', 'RFC 3986 3.3')
    if (segment === '.' || segment === '..') refuse('dot segment', 'RFC 3986 5.2.4')
  }
  return canonical
}

/** Decodes what needs no encoding, and refuses what a second decoding would turn into syntax. */
function decodeOnce(path: string): string {
  const octets: number[] = []
  const canonical = path.replace(/%(.{0,2})/gs, (_, hex: string) => {
    if (!/^[0-9A-Fa-f]{2}$/.test(hex)) refuse('broken percent-encoding', 'RFC 3986 2.1')
    const octet = Number.parseInt(hex, 16)
    octets.push(octet)
    if (octet <= 0x1f || octet === 0x7f) refuse('encoded control character', 'RFC 3986 3.3')
    if (octet === 0x2f || octet === 0x5c) refuse('encoded slash', 'RFC 3986 2.2')
    if (octet === 0x3b) refuse('encoded path parameter', 'RFC 3986 3.3')
    const character = String.fromCharCode(octet)
    return octet < 0x80 && unreserved.test(character) ? character : `%${hex.toUpperCase()}`
  })
  if (/%25(?:2[EeFf5]|5[Cc]|3[Bb]|[01])/.test(canonical)) {
    refuse('doubly encoded character', 'RFC 3986 2.4')
  }
  if (octets.some((octet) => octet >= 0x80)) checkUtf8(canonical)
  return canonical
}

function checkUtf8(path: string): void {
  for (const run of path.match(/(?:%[89A-F][0-9A-F])+/g) ?? []) {
    try {
      strictUtf8.decode(Buffer.from(run.replaceAll('%', ''), 'hex'))
    } catch {
      refuse('path is not UTF-8', 'RFC 3629 3')
    }
  }
}
