/**
 * Lifts the target's AUTO_INCREMENT above the source's without DDL: inserts id N−1 and rolls back;
 * the counter stays. It runs while both sides are fenced, so nobody else allocates, and passes the
 * target's triggers as the conductor, with the term of the target's fence.
 *
 * @module
 */
import { randomBytes } from 'node:crypto'
import { MatapaloError, type TableShape } from '@matapalo/core'
import { type Db, serverErrorNumber } from '@matapalo/runtime'
import { readFence } from './fence.ts'
import { quoteName, quoteTable } from './names.ts'
import { loadShapes, loadTableFacts } from './shapes/tables.ts'

export interface IdPair {
  readonly source: { readonly schema: string; readonly table: string }
  readonly target: { readonly schema: string; readonly table: string }
}

export interface Advanced {
  readonly table: string
  readonly from: bigint
  readonly to: bigint
}

/** The counter of a target table could not be lifted; ids would collide. Nothing was changed. */
export class IdsNotAdvanced extends MatapaloError {
  readonly code = 'MATAPALO_IDS_NOT_ADVANCED'
  override readonly retryable = true

  constructor(domain: string, table: string, at: bigint, needed: bigint, cause?: unknown) {
    super(
      `${domain}: the next id of ${table} is ${at}, ${needed} is needed` +
        `${cause instanceof Error ? ` (${cause.message})` : ''}; run: matapalo explain ${domain}`,
      { cause },
    )
  }
}

/** A value that collides with no row, for NOT NULL columns of unique keys. */
const unusual = (shape: TableShape, id: bigint): ReadonlyMap<string, string> => {
  const unique = new Set(shape.uniqueKeys.flat())
  const values = new Map<string, string>()
  for (const column of shape.columns) {
    if (column.autoIncrement) values.set(column.name, id.toString())
    else if (unique.has(column.name) && !column.nullable && column.maxLength !== null) {
      values.set(column.name, randomBytes(20).toString('hex').slice(0, column.maxLength))
    }
  }
  return values
}

/**
 * Other columns take their implicit defaults: the session is not strict, checks no foreign key and no
 * CHECK constraint, and what it writes is rolled back.
 */
async function lift(db: Db, shape: TableShape, next: bigint, term: number): Promise<void> {
  const values = unusual(shape, next - 1n)
  const columns = [...values.keys()].map(quoteName).join(', ')
  const marks = [...values].map(() => '?').join(', ')
  await db.session(async (session) => {
    await session.execute(
      "SET @old_mode = @@sql_mode, SESSION sql_mode = 'NO_AUTO_VALUE_ON_ZERO', foreign_key_checks = 0, check_constraint_checks = 0",
    )
    try {
      await session.execute('SET @matapalo_term = ?', [term])
      await session.execute('START TRANSACTION')
      await session.execute(
        `INSERT INTO ${quoteTable(shape.schema, shape.table)} (${columns}) VALUES (${marks})`,
        [...values.values()],
      )
    } finally {
      await session.execute('ROLLBACK')
      await session.execute(
        'SET @matapalo_term = NULL, SESSION sql_mode = @old_mode, foreign_key_checks = 1, check_constraint_checks = 1',
      )
    }
  })
}

const nextIds = async (db: Db, schemas: readonly string[]): Promise<Map<string, bigint | null>> => {
  const all = await Promise.all(
    schemas.map(async (schema) =>
      (await loadTableFacts(db, schema)).map(
        ({ table, autoIncrement }) => [`${schema}.${table}`, autoIncrement] as const,
      ),
    ),
  )
  return new Map(all.flat())
}

const schemasOf = (tables: readonly { readonly schema: string }[]): readonly string[] => [
  ...new Set(tables.map(({ schema }) => schema)),
]

/**
 * @returns the tables whose counter was lifted; one that is high enough already is left alone
 * @throws IdsNotAdvanced when a counter is still too low afterwards
 */
export async function advanceIds(
  sourceDb: Db,
  targetDb: Db,
  domain: string,
  pairs: readonly IdPair[],
): Promise<readonly Advanced[]> {
  const targets = pairs.map(({ target }) => target)
  const targetSchemas = schemasOf(targets)
  const [needed, present, fence, shapes] = await Promise.all([
    nextIds(sourceDb, schemasOf(pairs.map(({ source }) => source))),
    nextIds(targetDb, targetSchemas),
    readFence(targetDb, domain),
    Promise.all(
      targetSchemas.map((schema) =>
        loadShapes(
          targetDb,
          schema,
          targets.map(({ table }) => table),
        ),
      ),
    ),
  ])
  const advanced: Advanced[] = []
  for (const { source, target } of pairs) {
    const name = `${target.schema}.${target.table}`
    const to = needed.get(`${source.schema}.${source.table}`) ?? null
    const from = present.get(name) ?? null
    if (to === null || from === null || from >= to) continue
    const shape = shapes
      .flat()
      .find((one) => one.schema === target.schema && one.table === target.table)
    if (shape === undefined) throw new IdsNotAdvanced(domain, name, from, to)
    try {
      await lift(targetDb, shape, to, fence?.term ?? 0)
    } catch (error) {
      if (serverErrorNumber(error) === undefined) throw error
      throw new IdsNotAdvanced(domain, name, from, to, error)
    }
    advanced.push({ table: name, from, to })
  }
  if (advanced.length === 0) return advanced
  const after = await nextIds(targetDb, targetSchemas)
  for (const { table, from, to } of advanced) {
    const now = after.get(table) ?? from
    if (now < to) throw new IdsNotAdvanced(domain, table, now, to)
  }
  return advanced
}
