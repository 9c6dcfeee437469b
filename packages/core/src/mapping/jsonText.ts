/**
 * Canonical JSON text (RFC 8259) without reading a number or a string's escapes.
 *
 * Names are ordered by their characters as written, in UTF-8 order; equal names keep their order.
 *
 * @module
 */
import { Outside } from './lens.ts'

const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const word = /true|false|null/y
const unicodeEscape = /u[0-9a-fA-F]{4}/y

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
  const space = (): void => {
    for (;;) {
      const code = text.charCodeAt(at)
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return
      at++
    }
  }
  const skip = (character: string): boolean => {
    space()
    if (text[at] !== character) return false
    at++
    return true
  }
  /** A loop over characters: this is the applier's hottest one. */
  const string = (): string => {
    const from = at
    if (text[at] !== '"') fail()
    for (at++; ; at++) {
      const code = text.charCodeAt(at)
      if (code === 0x22) {
        at++
        return text.slice(from, at)
      }
      if (code === 0x5c) {
        at++
        const escaped = text[at] ?? ''
        if (escaped === 'u') {
          if (take(unicodeEscape) === undefined) fail()
          at--
        } else if (!'"\\/bfnrt'.includes(escaped) || escaped === '') fail()
      } else if (code < 0x20 || Number.isNaN(code)) fail()
    }
  }
  const value = (depth: number): string => {
    if (skip('{')) return object(depth)
    if (skip('[')) return array(depth)
    if (text[at] === '"') return string()
    return take(number) ?? take(word) ?? fail()
  }
  const object = (depth: number): string => {
    checkDepth(depth)
    const members: (readonly [string, string])[] = []
    if (skip('}')) return '{}'
    do {
      space()
      const name = string()
      if (!skip(':')) fail()
      members.push([name, value(depth + 1)])
    } while (skip(','))
    if (!skip('}')) fail()
    if (members.length > 1) members.sort(([a], [b]) => compareUtf8(a, b))
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
  space()
  return at === text.length ? result : fail()
}

function checkDepth(depth: number): void {
  if (depth <= maxDepth) return
  throw new Outside('MATAPALO_LENS_JSON', `is nested more than ${maxDepth} deep`)
}

/** By code point: UTF-16 order differs where a surrogate meets U+E000 and above. */
function compareUtf8(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let index = 0; index < length; index++) {
    const one = a.charCodeAt(index)
    const two = b.charCodeAt(index)
    if (one === two) continue
    const surrogates = Number(isSurrogate(one)) - Number(isSurrogate(two))
    return surrogates !== 0 && one >= 0xd800 && two >= 0xd800 ? surrogates : one - two
  }
  return a.length - b.length
}

const isSurrogate = (code: number): boolean => code >= 0xd800 && code <= 0xdfff
