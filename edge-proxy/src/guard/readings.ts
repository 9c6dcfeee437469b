/**
 * A path with several readings passes only where a route tolerates its spelling, and only when
 * every reading leads to that same route: then it does not matter which one the upstream takes.
 *
 * Pure.
 *
 * @module
 */
import {
  type Decision,
  decide,
  type RequestLine,
  type RouteTable,
  type Tolerance,
} from '@matapalo/core'
import { AmbiguousRequest } from '../errors.ts'
import { refuseDotSegments } from './target.ts'

/** How a server that does not take the spelling literally reads it. */
const reads: Readonly<Record<Tolerance, (path: string) => string>> = {
  parameters: (path) => path.replace(/(?:;|%3B)[^/]*/g, ''),
  encodedSlashes: (path) => path.replaceAll('%2F', '/'),
  emptySegments: (path) => path.replace(/\/{2,}/g, '/'),
}
const facts: Readonly<Record<Tolerance, readonly [fact: string, rule: string]>> = {
  parameters: ['path parameter', 'RFC 3986 3.3'],
  encodedSlashes: ['encoded slash', 'RFC 3986 2.2'],
  emptySegments: ['empty path segment', 'RFC 3986 3.3'],
}

/** Every path that some order of the readings above makes of this one, without itself. */
export function readingsOf(path: string): readonly string[] {
  const found = new Set([path])
  for (const one of found) for (const read of Object.values(reads)) found.add(read(one))
  found.delete(path)
  return [...found]
}

/** @throws AmbiguousRequest */
export function settleReadings(
  table: RouteTable,
  line: RequestLine,
  { route }: Decision,
  loose: readonly Tolerance[],
): void {
  const missing = loose.find((one) => !route?.tolerates?.includes(one))
  if (missing !== undefined) throw new AmbiguousRequest(...facts[missing])
  for (const path of readingsOf(line.path)) {
    refuseDotSegments(path)
    if (decide(table, { ...line, path }).route !== route) {
      throw new AmbiguousRequest('two readings of the path lead to two routes', 'RFC 3986 6.2')
    }
  }
}
