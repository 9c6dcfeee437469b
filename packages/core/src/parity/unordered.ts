/**
 * Pairs the items of two lists whose order says nothing, so that as many as possible are equal under
 * the rules; what is left over is paired in order, to be told apart field by field.
 *
 * Pure.
 *
 * @module
 */
import { compareJson, Found } from './compare.ts'
import { Exact } from './exact.ts'
import { isList, isObject, type Json } from './json.ts'
import { covers, matchesPlace, type Place } from './path.ts'
import type { RulesInForce } from './rules.ts'

/** More leftovers than this are paired in order only: every item is tried with every other. */
const mostMatched = 200

/** The second list, in the order of the first. Both have the same length. */
export function pairUp(
  one: readonly Json[],
  two: readonly Json[],
  place: Place,
  rules: RulesInForce,
): readonly Json[] {
  const all = one.map((_, index) => index)
  // Under tolerances an equal partner may be the only one that another item could have had.
  if (rules.tolerances.length > 0 && one.length <= mostMatched / 2) {
    return paired(all, all, one, two, place, rules, [])
  }
  const partners: (Json | undefined)[] = Array.from({ length: one.length })
  const byText = new Map<string, number[]>()
  for (const [index, item] of two.entries()) {
    const text = canonical(item, [...place, index], rules)
    const same = byText.get(text)
    if (same === undefined) byText.set(text, [index])
    else same.push(index)
  }
  const left: number[] = []
  const taken = new Set<number>()
  for (const [index, item] of one.entries()) {
    const same = byText.get(canonical(item, [...place, index], rules))?.shift()
    if (same === undefined) left.push(index)
    else {
      partners[index] = two[same] as Json
      taken.add(same)
    }
  }
  const others = two.map((_, index) => index).filter((index) => !taken.has(index))
  return paired(left, others, one, two, place, rules, partners)
}

/** Fills in partners for those of `left` among those of `right`. */
function paired(
  left: readonly number[],
  right: readonly number[],
  one: readonly Json[],
  two: readonly Json[],
  place: Place,
  rules: RulesInForce,
  known: readonly (Json | undefined)[],
): readonly Json[] {
  const partners = [...known]
  const matched = left.length <= mostMatched ? match(left, right, one, two, place, rules) : []
  const rest = right.filter((index) => !matched.includes(index))
  for (const [n, index] of left.entries()) {
    partners[index] = two[(matched[n] ?? rest.shift()) as number] as Json
  }
  // Both lists are of one length, so everybody has a partner now.
  return partners as readonly Json[]
}

/** The most pairs that are equal under the rules, by augmenting paths: tolerances are no equivalence. */
function match(
  left: readonly number[],
  right: readonly number[],
  one: readonly Json[],
  two: readonly Json[],
  place: Place,
  rules: RulesInForce,
): readonly (number | undefined)[] {
  const equal = left.map((i) =>
    right.filter((j) => {
      const found = new Found(rules)
      compareJson(one[i] as Json, two[j] as Json, [...place, i], found)
      return found.differences.length === 0
    }),
  )
  const owner = new Map<number, number>()
  const augment = (n: number, seen: Set<number>): boolean => {
    for (const j of equal[n] as readonly number[]) {
      if (seen.has(j)) continue
      seen.add(j)
      const before = owner.get(j)
      if (before === undefined || augment(before, seen)) {
        owner.set(j, n)
        return true
      }
    }
    return false
  }
  for (const n of left.keys()) augment(n, new Set())
  const matched: (number | undefined)[] = Array.from({ length: left.length })
  for (const [j, n] of owner) matched[n] = j
  return matched
}

/** One text for all items that are equal under the rules but for tolerances. */
function canonical(value: Json, place: Place, rules: RulesInForce): string {
  if (value instanceof Exact) return value.canonical()
  if (isList(value)) {
    const items = value.map((item, index) => canonical(item, [...place, index], rules))
    const unordered = rules.unordered.some((rule) => matchesPlace(rule, place))
    return `[${(unordered ? items.sort() : items).join(',')}]`
  }
  if (isObject(value)) {
    const members = [...value]
      .map(([name, values]) => [name, values, [...place, name]] as const)
      .filter(([, , at]) => !rules.ignore.some((rule) => covers(rule, at)))
      .map(
        ([name, values, at]) =>
          `${JSON.stringify(name)}:${values.map((one) => canonical(one, at, rules)).join('&')}`,
      )
    return `{${members.sort().join(',')}}`
  }
  return JSON.stringify(value)
}
