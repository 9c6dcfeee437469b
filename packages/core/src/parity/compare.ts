/**
 * Compares two answers: status, chosen fields of the head, and the content by its structure.
 *
 * Pure. Symmetric: swapped answers differ in the same places, `missing` and `extra` swapped.
 *
 * @module
 */

import { Exact, within } from './exact.ts'
import { isList, isObject, type Json, readJson } from './json.ts'
import { covers, matchesPlace, outside, type Place } from './path.ts'
import type { RulesInForce } from './rules.ts'
import { pairUp } from './unordered.ts'

export const differenceKinds = [
  'status',
  'header',
  'type',
  'value',
  'missing',
  'extra',
  'length',
  'duplicate',
  'content',
  'format',
] as const

/**
 * `missing`, `extra`: the candidate lacks the member, or has it alone. `duplicate`: a name stands a
 * different number of times. `content`: octets. `format`: one of the two is not JSON.
 */
export type DifferenceKind = (typeof differenceKinds)[number]

export interface Difference {
  readonly kind: DifferenceKind
  readonly place: Place
  /** Undefined where that side has nothing. */
  readonly control: Json | undefined
  readonly candidate: Json | undefined
}

export interface Answer {
  readonly status: number
  /** By lower-case name; repeated fields joined by `, `. */
  readonly headers: Readonly<Record<string, string>>
  /** Decoded; whole. */
  readonly body: Uint8Array
}

/** Differences told of one pair of answers. A pair with as many may have more. */
export const mostDifferences = 200

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export function compareAnswers(
  control: Answer,
  candidate: Answer,
  rules: RulesInForce,
): readonly Difference[] {
  const found = new Found(rules)
  if (control.status !== candidate.status) {
    found.add('status', [outside, 'status'], String(control.status), String(candidate.status))
  }
  for (const name of rules.headers) {
    const [one, two] = [field(control, name), field(candidate, name)]
    if (one !== two) found.add('header', [outside, 'header', name], one, two)
  }
  compareContent(control, candidate, found)
  return found.differences
}

/** JSON has no charset (RFC 8259 11), and what a media type is spelt like says nothing. */
function field({ headers }: Answer, name: string): string | undefined {
  const value = headers[name]
  if (value === undefined || name !== 'content-type') return value
  const [essence = '', ...parameters] = value.split(';').map((part) => part.trim().toLowerCase())
  return isJson(essence) ? essence : [essence, ...parameters.sort()].join('; ')
}

const isJson = (essence: string): boolean => /^application\/(?:[\w.+-]+\+)?json$/.test(essence)

const saysJson = (answer: Answer): boolean => isJson(field(answer, 'content-type') ?? '')

function compareContent(control: Answer, candidate: Answer, found: Found): void {
  if (sameOctets(control.body, candidate.body)) return
  const json = saysJson(control) || saysJson(candidate)
  const [one, two] = json ? [parsed(control), parsed(candidate)] : []
  if (one !== undefined && two !== undefined) compareJson(one.value, two.value, [], found)
  else {
    const kind = (one === undefined) === (two === undefined) ? 'content' : 'format'
    found.add(kind, [outside, 'content'], octets(control.body), octets(candidate.body))
  }
}

function parsed({ body }: Answer): { readonly value: Json } | undefined {
  try {
    return readJson(utf8.decode(body))
  } catch {
    return undefined
  }
}

function sameOctets(one: Uint8Array, two: Uint8Array): boolean {
  if (one.length !== two.length) return false
  for (let i = 0; i < one.length; i++) if (one[i] !== two[i]) return false
  return true
}

/** Something to hash: it is never shown. */
const octets = (body: Uint8Array): string => {
  let text = ''
  for (let i = 0; i < body.length; i += 8_192) {
    text += String.fromCharCode(...body.subarray(i, i + 8_192))
  }
  return text
}

/** What was found so far, without what the rules leave out. */
export class Found {
  readonly rules: RulesInForce
  readonly differences: Difference[] = []

  constructor(rules: RulesInForce) {
    this.rules = rules
  }

  get full(): boolean {
    return this.differences.length >= mostDifferences
  }

  add(
    kind: DifferenceKind,
    place: Place,
    control: Json | undefined,
    candidate: Json | undefined,
  ): void {
    if (this.full || this.rules.ignore.some((rule) => covers(rule, place))) return
    this.differences.push({ kind, place, control, candidate })
  }
}

export function compareJson(one: Json, two: Json, place: Place, found: Found): void {
  if (one === two || found.full) return
  const [kind, other] = [kindOf(one), kindOf(two)]
  if (kind !== other) found.add('type', place, one, two)
  else if (isList(one) && isList(two)) compareLists(one, two, place, found)
  else if (isObject(one) && isObject(two)) compareObjects(one, two, place, found)
  else if (one instanceof Exact && two instanceof Exact) {
    if (!one.equals(two) && !tolerated(one.text, two.text, place, found.rules)) {
      found.add('value', place, one, two)
    }
  } else if (
    // Money is often text; a tolerance speaks of it all the same.
    !(typeof one === 'string' && typeof two === 'string' && tolerated(one, two, place, found.rules))
  ) {
    found.add('value', place, one, two)
  }
}

export const kindOf = (
  value: Json,
): 'null' | 'boolean' | 'string' | 'number' | 'list' | 'object' =>
  value === null
    ? 'null'
    : isList(value)
      ? 'list'
      : isObject(value)
        ? 'object'
        : value instanceof Exact
          ? 'number'
          : (typeof value as 'boolean' | 'string')

const tolerated = (one: string, two: string, place: Place, rules: RulesInForce): boolean =>
  rules.tolerances.some(({ path, by }) => matchesPlace(path, place) && within(one, two, by))

function compareLists(
  one: readonly Json[],
  two: readonly Json[],
  place: Place,
  found: Found,
): void {
  if (one.length !== two.length) {
    found.add('length', place, one, two)
    return
  }
  const unordered = found.rules.unordered.some((rule) => matchesPlace(rule, place))
  const partners = unordered ? pairUp(one, two, place, found.rules) : two
  for (const [index, item] of one.entries()) {
    compareJson(item, partners[index] as Json, [...place, index], found)
  }
}

function compareObjects(
  one: ReadonlyMap<string, readonly Json[]>,
  two: ReadonlyMap<string, readonly Json[]>,
  place: Place,
  found: Found,
): void {
  for (const [name, values] of one) {
    const others = two.get(name)
    const at = [...place, name]
    if (others === undefined) found.add('missing', at, values[0], undefined)
    else if (others.length !== values.length) found.add('duplicate', at, values[0], others[0])
    else for (const [i, value] of values.entries()) compareJson(value, others[i] as Json, at, found)
  }
  for (const [name, values] of two) {
    if (!one.has(name)) found.add('extra', [...place, name], undefined, values[0])
  }
}
