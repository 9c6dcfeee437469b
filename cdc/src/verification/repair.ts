/**
 * Repairs differences through the normal path: a targeted snapshot of just these keys, in order with
 * the stream. Rows that the owner does not have are for the sweep.
 *
 * After a handful of repairs it refuses: that is a bug to find, not rows to mend.
 *
 * @module
 */

import type { ColumnShape } from '@matapalo/core'
import { literal, MatapaloError, type Row, type Side, type SqlValue } from '@matapalo/core'
import { quoteName } from '../names.ts'
import type { SnapshotRequest } from '../snapshots.ts'
import { endOf, keyAtEnd } from './checksums.ts'
import type { Difference } from './difference.ts'
import { keyParam, type Pair } from './pair.ts'

/** More differences than this are a bug. */
export const repairsAtMost = 50

export class TooManyDifferences extends MatapaloError {
  readonly code = 'MATAPALO_TOO_MANY_DIFFERENCES'

  constructor(domain: string, count: number) {
    super(
      `${domain}: ${count} rows differ, at most ${repairsAtMost} are repaired; find out why first, or run: matapalo backfill ${domain}`,
    )
  }
}

const sqlValue = (column: ColumnShape, value: SqlValue): string => {
  const param = keyParam(column, value)
  if (typeof param === 'bigint') return param.toString()
  if (value instanceof Uint8Array) return `X'${Buffer.from(value).toString('hex')}'`
  return value === null ? 'NULL' : literal(value)
}

const condition = (key: readonly ColumnShape[], row: Row): string =>
  `(${key.map((column) => `${quoteName(column.name)} = ${sqlValue(column, row[column.name] ?? null)}`).join(' AND ')})`

/**
 * The snapshot to ask for: tables of the owner, each with the condition that names its keys.
 *
 * @returns null when there is nothing that a snapshot can mend
 * @throws TooManyDifferences
 */
export function repairRequest(
  domain: string,
  owner: Side,
  schema: string,
  pairs: readonly Pair[],
  differences: readonly Difference[],
): SnapshotRequest | null {
  if (differences.length > repairsAtMost) throw new TooManyDifferences(domain, differences.length)
  const conditions = new Map<string, Set<string>>()
  for (const { table, target, key, kind } of differences) {
    const pair = pairs.find(({ compiled }) => compiled.source === table)
    if (pair === undefined || kind === 'extra') continue
    const end = endOf(pair, owner, target)
    const known = conditions.get(end.table) ?? new Set<string>()
    conditions.set(end.table, known.add(condition(end.key, keyAtEnd(pair, end, key))))
  }
  if (conditions.size === 0) return null
  return {
    domain,
    side: owner,
    schema,
    tables: [...conditions.keys()],
    where: Object.fromEntries(
      [...conditions].map(([table, parts]) => [table, [...parts].join(' OR ')]),
    ),
  }
}
