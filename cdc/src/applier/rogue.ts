/**
 * Rogue writes: what a feed in audit mode meets and must not meet, a write by anyone but our applier
 * on the side that does not own the domain. Recorded and counted, never applied.
 *
 * @module
 */
import type { Direction } from '@matapalo/core'
import type { Session } from '@matapalo/runtime'
import { toolkitTable } from '../names.ts'

export interface RogueWrite {
  readonly table: string
  readonly rowKey: string | null
  readonly op: string
  readonly serverId: number | null
  readonly position: string
  readonly query: string | null
}

/** Of a storm only so many are kept by name in one transaction; all are counted. */
const keptAtOnce = 100

export async function recordRogues(
  session: Session,
  domain: string,
  direction: Direction,
  writes: readonly RogueWrite[],
): Promise<void> {
  for (const write of writes.slice(0, keptAtOnce)) {
    await session.execute(
      `INSERT INTO ${toolkitTable('rogue_write')}
         (domain, direction, table_name, row_key, op, origin_server_id, position, query)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      [
        domain,
        direction,
        write.table,
        write.rowKey,
        write.op,
        write.serverId,
        write.position,
        write.query === null ? null : write.query.slice(0, 4_000),
      ],
    )
  }
}
