/**
 * Refused versions of rows whose owner has mended them since: what is written in their place, and the
 * journal of it.
 *
 * A person has said `retry`, the change still does not fit, and the feed holds a later version of the
 * row: then that version is written where the refused one stood, and the versions between the two are
 * passed over. So order stays, the row is never older than what a token says, and at the later version
 * the feed goes on as it stands. Journal and row commit in the transaction of the refused change, so a
 * kill leaves either both or none.
 *
 * @module
 */
import type { Direction, Row } from '@matapalo/core'
import type { Session } from '@matapalo/runtime'
import { toolkitTable } from '../names.ts'

export interface Superseding {
  /** Offset of the refused change. */
  readonly offset: bigint
  /** Offset that the quarantine's entry names; the same, but where parts of one row were joined. */
  readonly entry: bigint
  readonly table: string
  readonly key: Row
  readonly keyText: string
  /** For people. */
  readonly rowKey: string | null
  /** Written in its place; null: the row is gone. */
  readonly row: Row | null
  /** From this offset on the row's changes are applied as they stand. */
  readonly until: bigint
  /** The later version cannot be written yet (another row has its unique value): left as it stands. */
  readonly waits: boolean
}

/** Versions of one row that are passed over: those strictly between the two offsets. */
export interface PassedOver {
  readonly table: string
  readonly keyText: string
  readonly from: bigint
  readonly until: bigint
}

/** What a planner asks. */
export interface Superseded {
  /** By offset of the refused change. */
  readonly at: ReadonlyMap<bigint, Superseding>
  readonly passedOver: readonly PassedOver[]
}

export const nothingSuperseded: Superseded = { at: new Map(), passedOver: [] }

export const isPassedOver = (
  { passedOver }: Superseded,
  change: { readonly table: string; readonly offset: bigint },
  keyText: () => string | null,
): boolean =>
  passedOver.some(
    (one) =>
      one.table === change.table &&
      one.from < change.offset &&
      change.offset < one.until &&
      one.keyText === keyText(),
  )

const table = toolkitTable('quarantine')
/** Of the journal's entry that stands at the later version. */
const code = 'MATAPALO_SUPERSEDED'

/** In the open transaction that writes the later version. */
export async function recordSuperseded(
  session: Session,
  { domain, direction, topic }: { domain: string; direction: Direction; topic: string },
  all: readonly Superseding[],
): Promise<void> {
  for (const one of all) {
    const done = one.waits
      ? `the version at offset ${one.offset} was left out until then`
      : `${one.row === null ? 'its absence' : 'it'} was written in place of the version at offset ${one.offset}`
    await session.execute(
      `UPDATE ${table} SET resolution = 'superseded'
       WHERE domain = ? AND direction = ? AND kafka_offset = ? AND resolution = 'retry'`,
      [domain, direction, one.entry],
    )
    await session.execute(
      `INSERT INTO ${table} (domain, direction, topic, kafka_offset, row_key, table_name, op, code,
         message, payload, resolved_at, resolution)
       VALUES (?, ?, ?, ?, ?, ?, NULL, ?, ?, ?, NOW(6), 'supersedes')`,
      [
        domain,
        direction,
        topic,
        one.until,
        one.rowKey,
        one.table,
        code,
        `the row was mended at its owner: ${done}`,
        JSON.stringify({ key: one.keyText, from: one.offset.toString() }),
      ],
    )
  }
}

/** What an earlier run has superseded, and the feed has not come up to yet. */
export async function passedOverFrom(
  session: Session,
  domain: string,
  direction: Direction,
  offset: bigint,
): Promise<readonly PassedOver[]> {
  const rows = await session.query(
    `SELECT table_name, kafka_offset, payload FROM ${table}
     WHERE domain = ? AND direction = ? AND resolution = 'supersedes' AND kafka_offset > ?`,
    [domain, direction, offset],
  )
  return rows.map((row) => {
    // Written above.
    const { key, from } = JSON.parse(String(row.payload)) as { key: string; from: string }
    return {
      table: String(row.table_name),
      keyText: key,
      from: BigInt(from),
      until: BigInt(String(row.kafka_offset)),
    }
  })
}
