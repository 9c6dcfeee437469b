/**
 * Canonical JSON text (RFC 8259) without reading a number or a string's escapes.
 *
 * Names are ordered by their characters as written, in UTF-8 order; equal names keep their order.
 *
 * @module
 */
import { Outside } from './lens.ts'

const space = /[\t\n\r ]*/y
// biome-ignore lint/suspicious/noControlCharactersInRegex: RFC 8259 section 7 excludes them
const string = /"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const word = /true|false|null/y

/** Of arrays and objects: what MariaDB's JSON_NORMALIZE still takes inside one array more. */
const maxDepth = 30

export function canonicalJson(text: string): string {
  let at = 0
  const fail = (): never => {
    throw new Outside('MATAPALO_LENS_JSON', 'is not JSON')
  }
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at
    const found = pattern.exec(text)?.[0]
    if (found !== undefined) at += found.length
    return found
  }
  const skip = (character: string): boolean => {
    take(space)
    if (text[at] !== character) return false
    at++
    return true
  }
  const value = (depth: number): string => {
    if (skip('{')) return object(depth)
    if (skip('[')) return array(depth)
    return take(string) ?? take(number) ?? take(word) ?? fail()
  }
  const object = (depth: number): string => {
    checkDepth(depth)
    const members: (readonly [string, string])[] = []
    if (skip('}')) return '{}'
    do {
      take(space)
      const name = take(string) ?? fail()
      if (!skip(':')) fail()
      members.push([name, value(depth + 1)])
    } while (skip(','))
    if (!skip('}')) fail()
    members.sort(([a], [b]) => compareUtf8(a, b))
    return `{${members.map(([name, member]) => `${name}:${member}`).join(',')}}`
  }
  const array = (depth: number): string => {
    checkDepth(depth)
    const items: string[] = []
    if (skip(']')) return '[]'
    do items.push(value(depth + 1))
    while (skip(','))
    if (!skip(']')) fail()
    return `[${items.join(',')}]`
  }
  const result = value(1)
  take(space)
  return at === text.length ? result : fail()
}

function checkDepth(depth: number): void {
  if (depth <= maxDepth) return
  throw new Outside('MATAPALO_LENS_JSON', `is nested more than ${maxDepth} deep`)
}

/** UTF-16 order differs from UTF-8's only where a surrogate meets a later character. */
function compareUtf8(a: string, b: string): number {
  if (a === b) return 0
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}
