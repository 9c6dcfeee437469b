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
import { loadShapes } from './shapes/tables.ts'

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

interface Place {
  readonly schema: string
  readonly table: string
}

/** Only the tables in question: `information_schema.TABLES` opens each table that it tells about. */
const nextIds = async (
  db: Db,
  places: readonly Place[],
): Promise<ReadonlyMap<string, bigint | null>> => {
  const wanted = places.map(() => '(TABLE_SCHEMA = ? AND TABLE_NAME = ?)').join(' OR ')
  const rows = await db.query(
    `SELECT TABLE_SCHEMA AS sch, TABLE_NAME AS tbl, AUTO_INCREMENT AS next
     FROM information_schema.TABLES WHERE ${wanted}`,
    places.flatMap(({ schema, table }) => [schema, table]),
  )
  return new Map(
    rows.map((row) => [
      `${row.sch}.${row.tbl}`,
      row.next === null ? null : BigInt(String(row.next)),
    ]),
  )
}

const schemasOf = (tables: readonly { readonly schema: string }[]): readonly string[] => [
  ...new Set(tables.map(({ schema }) => schema)),
]

/** Lifts the counters now; everything that could be read before has been. */
export type Advance = () => Promise<readonly Advanced[]>

/** Reads what does not change in the window: which pairs have counters at all, and the shapes. */
export async function prepareIds(
  sourceDb: Db,
  targetDb: Db,
  domain: string,
  pairs: readonly IdPair[],
): Promise<Advance> {
  const [sources, targets, shapes] = await Promise.all([
    nextIds(
      sourceDb,
      pairs.map(({ source }) => source),
    ),
    nextIds(
      targetDb,
      pairs.map(({ target }) => target),
    ),
    Promise.all(
      schemasOf(pairs.map(({ target }) => target)).map((schema) =>
        loadShapes(
          targetDb,
          schema,
          pairs.map(({ target }) => target.table),
        ),
      ),
    ),
  ])
  const counted = pairs.filter(
    ({ source, target }) =>
      (sources.get(nameOf(source)) ?? null) !== null &&
      (targets.get(nameOf(target)) ?? null) !== null,
  )
  return () => advance(sourceDb, targetDb, domain, counted, shapes.flat())
}

const nameOf = ({ schema, table }: Place): string => `${schema}.${table}`

async function advance(
  sourceDb: Db,
  targetDb: Db,
  domain: string,
  pairs: readonly IdPair[],
  shapes: readonly TableShape[],
): Promise<readonly Advanced[]> {
  if (pairs.length === 0) return []
  const targets = pairs.map(({ target }) => target)
  const [needed, present, fence] = await Promise.all([
    nextIds(
      sourceDb,
      pairs.map(({ source }) => source),
    ),
    nextIds(targetDb, targets),
    readFence(targetDb, domain),
  ])
  const low = pairs.flatMap(({ source, target }): readonly Advanced[] => {
    const to = needed.get(nameOf(source)) ?? null
    const from = present.get(nameOf(target)) ?? null
    return to === null || from === null || from >= to ? [] : [{ table: nameOf(target), from, to }]
  })
  if (low.length === 0) return low
  await Promise.all(
    low.map(async ({ table, from, to }) => {
      const shape = shapes.find((one) => nameOf(one) === table)
      if (shape === undefined) throw new IdsNotAdvanced(domain, table, from, to)
      try {
        await lift(targetDb, shape, to, fence?.term ?? 0)
      } catch (error) {
        if (serverErrorNumber(error) === undefined) throw error
        throw new IdsNotAdvanced(domain, table, from, to, error)
      }
    }),
  )
  const after = await nextIds(targetDb, targets)
  for (const { table, from, to } of low) {
    const now = after.get(table) ?? from
    if (now < to) throw new IdsNotAdvanced(domain, table, now, to)
  }
  return low
}

/**
 * @returns the tables whose counter was lifted; one that is high enough already is left alone
 * @throws IdsNotAdvanced when a counter is still too low afterwards
 */
export const advanceIds = async (
  sourceDb: Db,
  targetDb: Db,
  domain: string,
  pairs: readonly IdPair[],
): Promise<readonly Advanced[]> => (await prepareIds(sourceDb, targetDb, domain, pairs))()
