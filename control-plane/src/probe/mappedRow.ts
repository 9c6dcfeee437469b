/**
 * One row of a table as the other side's tables would hold it, through the mapping, in the order in
 * which the applier would write its parts.
 *
 * @module
 */
import { quoteName, quoteTable } from '@matapalo/cdc/names'
import type { Pair } from '@matapalo/cdc/verification'
import { type Manifest, otherSide, type Row, type Side, type TableShape } from '@matapalo/core'
import type { Db, DbRow, Param } from '@matapalo/runtime'
import { schemaOf } from '../live/stores.ts'

export interface Part {
  readonly shape: TableShape
  readonly key: Row
  readonly row: Row
  /** What an INSERT needs besides. */
  readonly defaults: Row
}

/** Numbers only where a double holds them exactly; the driver gives text otherwise. */
const canonical = (row: DbRow): Row =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      typeof value === 'number' ? String(value) : value,
    ]),
  )

const pick = (row: Row, columns: readonly string[]): Row =>
  Object.fromEntries(columns.map((name) => [name, row[name] ?? null]))

const primaryOf = (pair: Pair): TableShape => {
  const name = pair.compiled.targets.find(({ primary }) => primary)?.table ?? ''
  const shape = pair.targetShapes[name]
  if (shape === undefined) throw new TypeError(`${pair.compiled.source}: no target`)
  return shape
}

/** The oldest rows by key: the coldest, so that a probe waits for nobody and nobody for it. */
async function oldest(db: Db, shape: TableShape, count: number): Promise<readonly Row[]> {
  const rows = await db.query(
    `SELECT * FROM ${quoteTable(shape.schema, shape.table)}
     ORDER BY ${shape.primaryKey.map(quoteName).join(', ')} LIMIT ${count}`,
  )
  return rows.map(canonical)
}

async function byKey(db: Db, shape: TableShape, key: Row): Promise<Row | null> {
  const names = Object.keys(key)
  const [row] = await db.query(
    `SELECT * FROM ${quoteTable(shape.schema, shape.table)}
     WHERE ${names.map((name) => `${quoteName(name)} = ?`).join(' AND ')}`,
    names.map((name): Param => key[name] ?? null),
  )
  return row === undefined ? null : canonical(row)
}

const forward = (pair: Pair, row: Row): readonly Part[] =>
  pair.compiled.forward(row).flatMap(({ table, row: mapped }) => {
    const shape = pair.targetShapes[table]
    if (shape === undefined) return []
    return [{ shape, row: mapped, key: pick(mapped, shape.primaryKey), defaults: {} }]
  })

async function backward(db: Db, pair: Pair, row: Row): Promise<readonly Part[]> {
  const { compiled, sourceShape, targetShapes } = pair
  const key = compiled.backwardKey(primaryOf(pair).table, pick(row, primaryOf(pair).primaryKey))
  const parts: Part[] = []
  for (const { table, key: targetKey } of compiled.forwardKey(key)) {
    const shape = targetShapes[table]
    const found = shape === undefined ? null : await byKey(db, shape, targetKey)
    if (found === null) continue
    const mapped = { ...compiled.backward(table, found), ...key }
    parts.push({ shape: sourceShape, key, row: mapped, defaults: compiled.insertDefaults(table) })
  }
  return parts
}

/**
 * A few rows of a table, each as its parts at `side`, read at the other side.
 *
 * @throws LensError when a row has no place there
 */
export async function mappedRows(
  db: Db,
  manifest: Manifest,
  pair: Pair,
  side: Side,
  count: number,
): Promise<readonly (readonly Part[])[]> {
  const reading = side === 'service' ? pair.sourceShape : primaryOf(pair)
  if (reading.schema !== schemaOf(manifest, otherSide(side)))
    throw new TypeError(`${reading.table} is of ${reading.schema}`)
  const rows = await oldest(db, reading, count)
  return Promise.all(
    rows.map((row) => (side === 'service' ? forward(pair, row) : backward(db, pair, row))),
  )
}
