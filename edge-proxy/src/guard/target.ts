/**
 * The path is brought to one form, once, before anything looks at it, and that form is what the
 * upstream gets. A path that router and upstream could read differently is refused: cleaning it up
 * would be guessing which of the two readings was meant. Three spellings that legacy applications
 * live by are only noted: a route may tolerate them (`readings.ts`).
 *
 * Pure.
 *
 * @module
 */
import type { Tolerance } from '@matapalo/core'
import { AmbiguousRequest } from '../errors.ts'

export interface Target {
  /** Canonical: unreserved octets plain, all others `%XX` in upper case, no dot segments. */
  readonly path: string
  /** As sent, with its `?`; empty when there is none. */
  readonly search: string
  /** What of the path a route must tolerate; undefined for a path with one reading. */
  readonly loose: readonly Tolerance[] | undefined
}

const refuse = (fact: string, rule: string): never => {
  throw new AmbiguousRequest(fact, rule)
}

/** Only letters, digits and the characters that no server treats specially: nothing to canonicalise. */
const plain = /^(?:\/(?!\.\.?(?:\/|$))[A-Za-z0-9_~!$&'()*+,=:@.-]+)+\/?$|^\/$/
const allowed = /^[A-Za-z0-9\-._~!$&'()*+,;=:@/%]*$/
const unreserved = /[A-Za-z0-9\-._~]/
const strictUtf8 = new TextDecoder('utf-8', { fatal: true })

/**
 * @param host canonical, from the Host field: the only authority that an absolute form may name
 * @param scheme what the client speaks: the only one that it may name
 * @throws AmbiguousRequest
 */
export function canonicalTarget(
  url: string,
  host: string,
  scheme: 'http' | 'https' = 'http',
): Target {
  const target = url.charCodeAt(0) === 0x2f ? url : originForm(url, host, scheme)
  const mark = target.indexOf('?')
  const path = mark < 0 ? target : target.slice(0, mark)
  const search = mark < 0 ? '' : target.slice(mark)
  if (search !== '') checkQuery(search)
  if (plain.test(path)) return { path, search, loose: undefined }
  return { ...canonicalPath(path), search }
}

/** RFC 9112 3.2.2 has servers accept the absolute form; with a second host in it nobody is safe. */
function originForm(url: string, host: string, scheme: string): string {
  const match = /^https?:\/\/([^/?#]*)([^#]*)$/i.exec(url)
  if (match === null) return refuse('request target is not in origin form', 'RFC 9112 3.2.1')
  if (!url.toLowerCase().startsWith(`${scheme}:`)) {
    refuse('request target names another scheme', 'RFC 9110 7.4')
  }
  if (match[1]?.toLowerCase() !== host)
    refuse('request target names another host', 'RFC 9112 3.2.2')
  const rest = match[2] as string
  return rest.startsWith('/') ? rest : `/${rest}`
}

/** Octets above 0x7e and `#` do not stand in a query; broken encodings there change no route. */
function checkQuery(search: string): void {
  for (let i = 1; i < search.length; i++) {
    const code = search.charCodeAt(i)
    if (code <= 0x20 || code >= 0x7f) refuse('character outside the query grammar', 'RFC 3986 3.4')
    if (code === 0x23) refuse('fragment in the request target', 'RFC 9112 3.2.1')
  }
}

function canonicalPath(path: string): Pick<Target, 'path' | 'loose'> {
  if (path.includes('\\')) refuse('backslash in the path', 'RFC 3986 3.3')
  if (!allowed.test(path)) refuse('character outside the path grammar', 'RFC 3986 3.3')
  // To a reader of references this is a host, not a path.
  if (path.startsWith('//')) refuse('path begins with two slashes', 'RFC 3986 4.2')
  const canonical = path.includes('%') ? decodeOnce(path) : path
  refuseDotSegments(canonical)
  const loose: Tolerance[] = []
  if (canonical.includes('//')) loose.push('emptySegments')
  if (canonical.includes(';') || canonical.includes('%3B')) loose.push('parameters')
  if (canonical.includes('%2F')) loose.push('encodedSlashes')
  return { path: canonical, loose: loose.length === 0 ? undefined : loose }
}

export function refuseDotSegments(path: string): void {
  if (/(?:^|\/)\.\.?(?:\/|$)/.test(path)) refuse('dot segment', 'RFC 3986 5.2.4')
}

/** Decodes what needs no encoding, and refuses what a second decoding would turn into syntax. */
function decodeOnce(path: string): string {
  let beyondAscii = false
  const canonical = path.replace(/%(.{0,2})/gs, (_, hex: string) => {
    if (!/^[0-9A-Fa-f]{2}$/.test(hex)) refuse('broken percent-encoding', 'RFC 3986 2.1')
    const octet = Number.parseInt(hex, 16)
    if (octet >= 0x80) beyondAscii = true
    if (octet <= 0x1f || octet === 0x7f) refuse('encoded control character', 'RFC 3986 3.3')
    if (octet === 0x5c) refuse('encoded backslash', 'RFC 3986 2.2')
    const character = String.fromCharCode(octet)
    return octet < 0x80 && unreserved.test(character) ? character : `%${hex.toUpperCase()}`
  })
  if (/%25(?:2[EeFf5]|5[Cc]|3[Bb]|[01])/.test(canonical)) {
    refuse('doubly encoded character', 'RFC 3986 2.4')
  }
  if (beyondAscii) checkUtf8(canonical)
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
