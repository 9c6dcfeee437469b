/**
 * Changes that could not be applied. The first one stops its applier; a person mends the manifest,
 * the target or the row at its owner (see supersede.ts) and retries, or skips the change, which is
 * audited by whoever offers that.
 *
 * @module
 */
import type { Direction } from '@matapalo/core'
import type { Session } from '@matapalo/runtime'
import { toolkitTable } from '../names.ts'

export interface Quarantined {
  readonly offset: bigint
  readonly table: string | null
  readonly rowKey: string | null
  readonly op: string | null
  readonly code: string
  readonly message: string
  /** For people with access to the database only: it holds row values. */
  readonly payload: string | null
}

const table = toolkitTable('quarantine')

export async function recordQuarantined(
  session: Session,
  domain: string,
  direction: Direction,
  topic: string,
  one: Quarantined,
): Promise<void> {
  await session.execute(
    `INSERT INTO ${table} (domain, direction, topic, kafka_offset, row_key, table_name, op, code, message, payload)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    [
      domain,
      direction,
      topic,
      one.offset,
      one.rowKey,
      one.table,
      one.op,
      one.code,
      one.message.slice(0, 2_000),
      one.payload,
    ],
  )
}

/** How many wait for a person. */
export async function openQuarantines(
  session: Session,
  domain: string,
  direction: Direction,
): Promise<number> {
  const [row] = await session.query(
    `SELECT COUNT(*) AS n FROM ${table} WHERE domain = ? AND direction = ? AND resolved_at IS NULL`,
    [domain, direction],
  )
  return Number(row?.n ?? 0)
}

/** Offsets that a person decided to skip, and those to be tried again, from `offset` on. */
export async function resolvedOffsets(
  session: Session,
  domain: string,
  direction: Direction,
  offset: bigint,
): Promise<readonly [ReadonlySet<bigint>, ReadonlySet<bigint>]> {
  const rows = await session.query(
    `SELECT kafka_offset, resolution FROM ${table}
     WHERE domain = ? AND direction = ? AND resolution IN ('skip', 'retry') AND kafka_offset >= ?`,
    [domain, direction, offset],
  )
  const of = (resolution: string): ReadonlySet<bigint> =>
    new Set(
      rows
        .filter((row) => row.resolution === resolution)
        .map((row) => BigInt(String(row.kafka_offset))),
    )
  return [of('skip'), of('retry')]
}
