/**
 * One mapped row written at the side that changes would come back to, and rolled back.
 *
 * That side owns the domain, so its fence is open, and its triggers refuse every applying account.
 * The probe therefore does what an applier does in each of its transactions: it says in
 * `@matapalo_checked` that the fence was looked at, which the triggers believe of our accounts alone.
 * Nothing is committed, so the one writer stays the one writer. The conductor's account stands in
 * for the applier's, whose password the control plane does not have; the gate `grants` compares what
 * the applier may do.
 *
 * Two writes: an INSERT into a temporary copy (columns, types, constraints, strictness; no triggers,
 * and nobody's rows), and an UPDATE of the same row in the table itself (privileges and triggers). An
 * INSERT or DELETE there would touch secondary indexes, and could make an application's transaction
 * the victim of a deadlock; an UPDATE to what the row holds already takes one lock on one row.
 *
 * @module
 */
import { errorFields, isRowsFault } from '@matapalo/cdc/applier/session'
import { tableSql } from '@matapalo/cdc/applier/statements'
import { isWaitError } from '@matapalo/cdc/fence/retry'
import { quoteTable, quoteText, toolkitSchema } from '@matapalo/cdc/names'
import type { TableShape } from '@matapalo/core'
import type { Db, Session } from '@matapalo/runtime'
import type { Part } from './mappedRow.ts'

/** As an applier's session writes; short waits, since somebody may be writing that very row. */
const settings: readonly string[] = [
  `SET SESSION sql_mode = 'STRICT_TRANS_TABLES,NO_AUTO_VALUE_ON_ZERO'`,
  'SET SESSION foreign_key_checks = 0, SESSION unique_checks = 1',
  'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
  'SET SESSION innodb_lock_wait_timeout = 1, SESSION lock_wait_timeout = 1',
  'SET SESSION max_statement_time = 0.25',
]

const copyOf = (shape: TableShape): TableShape => ({
  ...shape,
  schema: toolkitSchema,
  table: `probe_${shape.table}`.slice(0, 64),
})

async function insertIntoCopies(session: Session, parts: readonly Part[]): Promise<void> {
  const made = new Set<string>()
  for (const { shape, key, row, defaults } of parts) {
    const sql = tableSql(copyOf(shape))
    const update = sql.update({ key, row, defaults })
    if (made.has(shape.table)) {
      if (update !== null) await session.execute(update)
      continue
    }
    made.add(shape.table)
    const { schema, table } = copyOf(shape)
    await session.execute(
      `CREATE TEMPORARY TABLE ${quoteTable(schema, table)} LIKE ${quoteTable(shape.schema, shape.table)}`,
    )
    await session.execute(sql.insert([{ ...defaults, ...row }]))
  }
}

async function updateAndRollBack(
  session: Session,
  domain: string,
  parts: readonly Part[],
): Promise<void> {
  await session.execute('START TRANSACTION')
  await session.execute(`SET @matapalo_checked = ${quoteText(domain)}`)
  for (const { shape, key, row, defaults } of parts) {
    const update = tableSql(shape).update({ key, row, defaults })
    if (update !== null) await session.execute(update)
  }
  await session.execute('ROLLBACK')
}

/** A session with such settings goes back to no pool. */
class Finished extends Error {}

export type RowTrip = 'written' | 'busy' | { readonly refused: string }

/** Never commits, and never throws for a refusal. */
export async function rowTrip(db: Db, domain: string, parts: readonly Part[]): Promise<RowTrip> {
  try {
    await db.session(async (session) => {
      for (const setting of settings) await session.execute(setting)
      await insertIntoCopies(session, parts)
      await updateAndRollBack(session, domain, parts)
      throw new Finished()
    })
    return 'written'
  } catch (error) {
    if (error instanceof Finished) return 'written'
    if (isWaitError(error)) return 'busy'
    const { code, fact } = errorFields(error)
    const why = isRowsFault(error) ? 'the row does not fit' : 'the write was refused'
    return { refused: `${why} (${fact ?? code})` }
  }
}
