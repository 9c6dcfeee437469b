/**
 * JSON read exactly: no number becomes a double, no member is lost because its name comes twice.
 *
 * Pure.
 *
 * @module
 */
import { Exact } from './exact.ts'

export type JsonObject = ReadonlyMap<string, readonly Json[]>

/** The members of an object by name, each with all its values, since RFC 8259 allows repeated names. */
export type Json = null | boolean | string | Exact | readonly Json[] | JsonObject

export const isList = (value: Json): value is readonly Json[] => Array.isArray(value)
export const isObject = (value: Json): value is JsonObject => value instanceof Map

/** Deeper texts are compared as octets. */
const maxDepth = 200

const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y

class NotJson extends Error {}

/** @returns undefined when the text is not JSON by RFC 8259, or nested too deep */
export function readJson(text: string): { readonly value: Json } | undefined {
  try {
    return { value: new Reader(text).whole() }
  } catch (error) {
    if (error instanceof NotJson) return undefined
    throw error
  }
}

class Reader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  whole(): Json {
    const value = this.#value(1)
    this.#space()
    if (this.#at < this.#text.length) throw new NotJson()
    return value
  }

  #space(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at)
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return
      this.#at++
    }
  }

  /** True, and behind it, when this character comes next. */
  #skip(character: string): boolean {
    this.#space()
    if (this.#text[this.#at] !== character) return false
    this.#at++
    return true
  }

  #value(depth: number): Json {
    if (depth > maxDepth) throw new NotJson()
    this.#space()
    const text = this.#text
    switch (text[this.#at]) {
      case '{':
        this.#at++
        return this.#object(depth)
      case '[':
        this.#at++
        return this.#list(depth)
      case '"':
        return this.#string()
      case 't':
        return this.#word('true', true)
      case 'f':
        return this.#word('false', false)
      case 'n':
        return this.#word('null', null)
      default: {
        number.lastIndex = this.#at
        const found = number.exec(text)?.[0]
        if (found === undefined) throw new NotJson()
        this.#at += found.length
        return new Exact(found)
      }
    }
  }

  #word<T>(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.#at)) throw new NotJson()
    this.#at += word.length
    return value
  }

  #string(): string {
    const text = this.#text
    const from = this.#at
    let escaped = false
    for (let at = from + 1; ; at++) {
      const code = text.charCodeAt(at)
      if (code === 0x22) {
        this.#at = at + 1
        break
      }
      if (code === 0x5c) {
        escaped = true
        at++
      } else if (code < 0x20 || Number.isNaN(code)) throw new NotJson()
    }
    if (!escaped) return text.slice(from + 1, this.#at - 1)
    try {
      return JSON.parse(text.slice(from, this.#at)) as string
    } catch {
      throw new NotJson()
    }
  }

  #object(depth: number): JsonObject {
    const members = new Map<string, Json[]>()
    if (this.#skip('}')) return members
    do {
      this.#space()
      if (this.#text[this.#at] !== '"') throw new NotJson()
      const name = this.#string()
      if (!this.#skip(':')) throw new NotJson()
      const value = this.#value(depth + 1)
      const before = members.get(name)
      if (before === undefined) members.set(name, [value])
      else before.push(value)
    } while (this.#skip(','))
    if (!this.#skip('}')) throw new NotJson()
    return members
  }

  #list(depth: number): Json[] {
    const items: Json[] = []
    if (this.#skip(']')) return items
    do items.push(this.#value(depth + 1))
    while (this.#skip(','))
    if (!this.#skip(']')) throw new NotJson()
    return items
  }
}
