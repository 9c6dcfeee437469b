/**
 * Triggers that the application itself has: they fire for our applier too, so a stock decrement would
 * happen twice.
 *
 * @module
 */
import type { Db } from '@matapalo/runtime'
import { isFenceTrigger } from '../fence/install.ts'

export interface AppTrigger {
  readonly schema: string
  readonly name: string
  readonly table: string
  /** `BEFORE INSERT`, `AFTER UPDATE`, … */
  readonly fires: string
  readonly definer: string
}

/** All but the toolkit's own. */
export async function loadAppTriggers(
  db: Pick<Db, 'query'>,
  schema: string,
): Promise<readonly AppTrigger[]> {
  const rows = await db.query(
    `SELECT TRIGGER_NAME AS name, EVENT_OBJECT_TABLE AS tbl, ACTION_TIMING AS timing,
            EVENT_MANIPULATION AS event, DEFINER AS definer
     FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = ?
     ORDER BY EVENT_OBJECT_TABLE, TRIGGER_NAME`,
    [schema],
  )
  return rows
    .map((row) => ({
      schema,
      name: String(row.name),
      table: String(row.tbl),
      fires: `${row.timing} ${row.event}`,
      definer: String(row.definer),
    }))
    .filter((trigger) => !isFenceTrigger(trigger.name))
}
