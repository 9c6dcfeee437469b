/**
 * The text of a signed token, strictly, before anybody looks at its signature: three parts of
 * canonical base64url, JSON objects without a second reading, a header that brings no key.
 *
 * jose decodes base64url leniently (spaces, padding, stray bits: six of Wycheproof's JWS vectors) and
 * believes the last of two members of one name.
 *
 * Pure.
 *
 * @module
 */

/** Longer ones are refused unread. */
const longest = 8192

const isCanonical = (part: string): boolean =>
  /^[A-Za-z0-9_-]+$/.test(part) && Buffer.from(part, 'base64url').toString('base64url') === part

/** A JWS in compact form with nothing but its canonical characters. */
export const isStrictToken = (token: string): boolean => {
  const parts = token.split('.')
  return token.length <= longest && parts.length === 3 && parts.every(isCanonical)
}

/** A string with the colon after it, if there is one, or a bracket that opens or closes. */
const telling = /("(?:[^"\\]|\\.)*")(\s*:)?|[{}[\]]/gs

/** @param json text that `JSON.parse` accepts */
function namesMemberTwice(json: string): boolean {
  const open: Set<string>[] = []
  for (const [mark, text, colon] of json.matchAll(telling)) {
    if (mark === '{' || mark === '[') open.push(new Set())
    else if (mark === '}' || mark === ']') open.pop()
    else if (colon !== undefined && text !== undefined) {
      // Without its escapes: two spellings of one name are one name.
      const name = JSON.parse(text) as string
      if (open.at(-1)?.has(name)) return true
      open.at(-1)?.add(name)
    }
  }
  return false
}

type Members = Readonly<Record<string, unknown>>
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The object that a part spells; null when it is none, or has two readings. */
function objectOf(part: string): Members | null {
  try {
    const json = utf8.decode(Buffer.from(part, 'base64url'))
    const value: unknown = JSON.parse(json)
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject && !namesMemberTwice(json) ? (value as Members) : null
  } catch {
    return null
  }
}

/** Members that ask us to understand more, or to take a key from the token itself. */
const unwanted = ['crit', 'b64', 'jwk', 'jku', 'x5u', 'x5c', 'x5t', 'x5t#S256', 'zip', 'cty', 'enc']

/** The header of a token that has one reading only; null for any other text. */
export function headerOf(token: string): Members | null {
  if (!isStrictToken(token)) return null
  const [first = '', second = ''] = token.split('.')
  const header = objectOf(first)
  if (header === null || objectOf(second) === null) return null
  return unwanted.some((name) => Object.hasOwn(header, name)) ? null : header
}
