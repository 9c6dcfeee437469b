/**
 * The old tables: renamed together, found again, dropped. Each statement waits for its tables as
 * triggers do, so that nobody queues behind it for long.
 *
 * @module
 */
import { createHash } from 'node:crypto'
import { runDdl } from '@matapalo/cdc/fence/ddl'
import { type Budget, sessionsKept } from '@matapalo/cdc/fence/retry'
import { quoteTable } from '@matapalo/cdc/names'
import { MatapaloError } from '@matapalo/core'
import type { Db } from '@matapalo/runtime'

/** MariaDB allows 64 characters in a name. */
const nameLimit = 64
/** 20000 (twenty seconds): renaming waits for open transactions, in short tries. */
const budget: Budget = { budgetMs: 20_000 }

/** A table stayed busy; nothing was changed by this statement. */
export class OldTableBusy extends MatapaloError {
  readonly code = 'MATAPALO_OLD_TABLE_BUSY'
  override readonly retryable = true

  constructor(tables: readonly string[], cause: unknown) {
    super(
      `${tables.join(', ')}: stayed locked for ${budget.budgetMs} ms; end long transactions, then run the command again`,
      { cause },
    )
  }
}

/** `matapalo_old_books`; a name that would be too long ends in a digest instead. */
export function oldName(table: string): string {
  const name = `matapalo_old_${table}`
  if (name.length <= nameLimit) return name
  const digest = createHash('sha256').update(table).digest('hex').slice(0, 12)
  return `${name.slice(0, nameLimit - 13)}_${digest}`
}

async function run(db: Db, tables: readonly string[], statement: string): Promise<void> {
  const done = await runDdl(sessionsKept(db), statement, budget)
  if (done.value === undefined) throw new OldTableBusy(tables, done.lastError)
}

/** Base tables or views of a schema, by name. */
async function present(db: Db, schema: string): Promise<ReadonlyMap<string, string>> {
  const rows = await db.query(
    'SELECT TABLE_NAME AS name, TABLE_TYPE AS type FROM information_schema.TABLES WHERE TABLE_SCHEMA = ?',
    [schema],
  )
  return new Map(rows.map((row) => [String(row.name), String(row.type)] as const))
}

type Names = Readonly<Record<string, string>>

/** All in one statement, or none; those that are there already are left. */
export async function rename(db: Db, schema: string, names: Names): Promise<readonly string[]> {
  const known = await present(db, schema)
  const moves = Object.entries(names).filter(([from]) => known.get(from) === 'BASE TABLE')
  if (moves.length === 0) return []
  const list = moves.map(([from, to]) => `${quoteTable(schema, from)} TO ${quoteTable(schema, to)}`)
  await run(
    db,
    moves.map(([from]) => from),
    `RENAME TABLE ${list.join(', ')}`,
  )
  return moves.map(([, to]) => to)
}

/** Read-only, because the fence of the table behind it stays closed. */
export async function leaveViews(db: Db, schema: string, names: Names): Promise<void> {
  for (const [name, behind] of Object.entries(names))
    await run(
      db,
      [name],
      `CREATE OR REPLACE SQL SECURITY DEFINER VIEW ${quoteTable(schema, name)} AS SELECT * FROM ${quoteTable(schema, behind)}`,
    )
}

export async function dropViews(db: Db, schema: string, names: Names): Promise<void> {
  const known = await present(db, schema)
  for (const name of Object.keys(names))
    if (known.get(name) === 'VIEW') await run(db, [name], `DROP VIEW ${quoteTable(schema, name)}`)
}

/** Gone for good. */
export async function dropTables(db: Db, schema: string, names: Names): Promise<void> {
  const list = Object.values(names)
  if (list.length === 0) return
  await db.session(async (session) => {
    // Tables of the domain may point at one another; others were asked for beforehand.
    await session.execute('SET SESSION foreign_key_checks = 0')
    try {
      const tables = list.map((table) => quoteTable(schema, table)).join(', ')
      const done = await runDdl(session, `DROP TABLE IF EXISTS ${tables}`, budget)
      if (done.value === undefined) throw new OldTableBusy(list, done.lastError)
    } finally {
      await session.execute('SET SESSION foreign_key_checks = 1')
    }
  })
}
