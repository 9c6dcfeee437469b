/**
 * What two answers may differ in. A difference that is left out has an end and a reason: a rule that
 * has run out counts no more, and bars the gate until a person has looked.
 *
 * Pure: the day is handed in.
 *
 * @module
 */
import { type PathRule, parsePath } from './path.ts'

export interface IgnoreRule {
  readonly path: string
  /** Last day on which it counts, `2027-03-31`. */
  readonly until: string
  readonly why: string
  /** Path of the route it speaks of; absent: of all. */
  readonly route?: string
}

export interface ToleranceRule {
  readonly path: string
  /** Most distance of two numbers, as a decimal text. */
  readonly by: string
  readonly why: string
  readonly route?: string
}

export interface UnorderedRule {
  readonly path: string
  readonly route?: string
}

export interface SkippedRoute {
  readonly route: string
  readonly why: string
}

/** Of one domain; plain data, since it travels to the edges. */
export interface ParityRules {
  readonly ignore: readonly IgnoreRule[]
  readonly tolerances: readonly ToleranceRule[]
  /** Lists whose order says nothing. */
  readonly unordered: readonly UnorderedRule[]
  /** Values that samples may show; all others are shown by their kind, length and hash. */
  readonly show: readonly string[]
  /** Fields of an answer's head that must agree, lower case. */
  readonly headers: readonly string[]
  /** Routes that are neither copied nor asked for. */
  readonly skip: readonly SkippedRoute[]
  /** Compared answers that each route must have. */
  readonly samples: number
  /** What the Wilson lower bound of a route's agreement must reach, 0 to 1. */
  readonly agreement: number
  /** Share of copies that must come to a conclusion, 0 to 1. */
  readonly conclusive: number
  /** Share of differing answers that is put up with, 0 to 1. */
  readonly mismatches: number
}

export const defaultRules: ParityRules = {
  ignore: [],
  tolerances: [],
  unordered: [],
  show: [],
  headers: ['content-type', 'location'],
  skip: [],
  samples: 400,
  agreement: 0.99,
  conclusive: 0.9,
  mismatches: 0,
}

/** The rules of one route on one day, ready to be asked. */
export interface RulesInForce {
  readonly ignore: readonly PathRule[]
  readonly tolerances: readonly { readonly path: PathRule; readonly by: string }[]
  readonly unordered: readonly PathRule[]
  readonly show: readonly PathRule[]
  readonly headers: readonly string[]
}

/** @param today `2026-11-22`, UTC */
export function rulesInForce(rules: ParityRules, route: string, today: string): RulesInForce {
  const here = (one: { readonly route?: string }): boolean =>
    one.route === undefined || one.route === route
  const paths = (some: readonly { readonly path: string }[]): readonly PathRule[] =>
    some.map(({ path }) => parsePath(path)).filter((path) => path !== undefined)
  return {
    ignore: paths(rules.ignore.filter((one) => here(one) && one.until >= today)),
    tolerances: rules.tolerances.filter(here).flatMap(({ path, by }) => {
      const parsed = parsePath(path)
      return parsed === undefined ? [] : [{ path: parsed, by }]
    }),
    unordered: paths(rules.unordered.filter(here)),
    show: paths(rules.show.map((path) => ({ path }))),
    headers: rules.headers,
  }
}

/** Ignore rules whose last day is over. */
export const expiredRules = (rules: ParityRules, today: string): readonly IgnoreRule[] =>
  rules.ignore.filter(({ until }) => until < today)

export const isSkipped = ({ skip }: ParityRules, route: string): boolean =>
  skip.some((one) => one.route === route)
