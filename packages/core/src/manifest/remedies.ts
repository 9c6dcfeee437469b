/**
 * What to do about a schema problem, by where it stands and what kind it is.
 *
 * @module
 */
import type { z } from 'zod'

const byPath: readonly (readonly [RegExp, string])[] = [
  [/^domain$/, 'write `domain: catalog`'],
  [/^upstream$/, 'write `upstream:` and a key of `upstreams` in matapalo.yaml'],
  [/^schemas/, 'write `schemas: { source: <monolith schema>, target: <service schema> }`'],
  [/^routes\.\d+\.path/, 'write a path such as `/api/books/:id`'],
  [/^routes\.\d+\.methods/, 'list the methods in capitals: `methods: [GET, PUT]`'],
  [/^routes\.\d+\.(reads|writes|overrides)/, 'list domains: `[catalog]`'],
  [/^routes\.\d+\.(query|headers)/, 'write `name: value`, or `name: true` for any value'],
  [/tolerates/, 'list spellings: `[parameters, encodedSlashes, emptySegments]`'],
  [/\.leave\./, 'write the reason, or `{ why: …, reverseDefault: … }`'],
  [/\.to\.[^.]+\.[^.]+\.enum/, 'write `enum: { source: target, … }`'],
  [/\.to\.[^.]+\.[^.]+\.boolean/, 'write `boolean: tinyint`, `YN`, or `{ true: J, false: N }`'],
  [/\.to\.[^.]+\.[^.]+\.minorUnits/, 'write the number of digits, `minorUnits: 2` for cents'],
  [/\.to\./, 'write `target: source`, or `target: { from: source, <lens> }`'],
  [/^tables/, 'write `tables: { books: { to: { product: { id: id } } } }`'],
  [/^foreignKeys/, 'write `{ constraint, decision: drop | forbid-deletes, why }`'],
  [/^drain/, 'write `drain: [{ query: SELECT …, database: service, settle: 10s }]`'],
  [
    /^emits/,
    'write `{ into: outbox, of, on: [update], type, aggregate: { type, id }, payload: { … } }`',
  ],
  [/^parity\.ignore/, 'write `{ path: $.updatedAt, until: 2027-03-31, why: … }`'],
  [/^parity\.tolerances/, 'write `{ path: $.price, by: 0.01, why: … }`'],
  [/^parity/, 'write `parity: { ignore: […], unordered: [$.items], samples: 400 }`'],
  [/^(budgets|settle)/, 'write a duration such as `500ms`, `2s` or `72h`'],
  [/^upstreams/, 'write `monolith: [http://host:port]`, one URL per replica'],
  [/^databases/, 'write `{ host: 127.0.0.1, port: 3306 }` for `monolith` and for `services`'],
  [/^session/, 'write `session: { cookie: sid, introspect: /api/session }`'],
]

export function remedyFor(issue: z.core.$ZodIssue, path: string): string {
  if (issue.code === 'unrecognized_keys') {
    return 'remove it or mend its spelling; an editor with the JSON Schema lists what is known'
  }
  return byPath.find(([pattern]) => pattern.test(path))?.[1] ?? 'compare with the JSON Schema'
}
