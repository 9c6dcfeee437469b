/**
 * Makes a table's mapping runnable: rows there, rows back, keys, and SQL for checksums.
 *
 * @module
 */
import type { ColumnMapping, TableMapping, TargetMapping } from '../manifest/model.ts'
import type { ColumnShape, Row, SqlValue, TableShape } from '../rows.ts'
import { LensError, MappingShapeError } from './errors.ts'
import { type Lens, Outside } from './lens.ts'
import { constantLens } from './lenses/constant.ts'
import { enumLens } from './lenses/enum.ts'
import { instantLens } from './lenses/instant.ts'
import { jsonLens } from './lenses/json.ts'
import { minorUnitsLens } from './lenses/minorUnits.ts'
import { sameLens } from './lenses/same.ts'
import { whenNull } from './lenses/whenNull.ts'
import { neutralOf } from './neutral.ts'
import { quoted } from './sqlText.ts'

export interface MappedRow {
  readonly table: string
  readonly row: Row
}

export interface MappedKey {
  readonly table: string
  readonly key: Row
}

export interface CompiledTarget {
  readonly table: string
  /** In the order of {@link CompiledTable.keyColumns}. */
  readonly key: readonly string[]
  /** Every mapped column, the key's among them. */
  readonly columns: readonly string[]
  /** The first target of the manifest: its rows decide whether a source row exists. */
  readonly primary: boolean
}

/** Column of the target: SQL expression. */
export type SqlColumns = Readonly<Record<string, string>>

export interface CompiledTable {
  readonly source: string
  /** The source's primary key, in key order. */
  readonly keyColumns: readonly string[]
  readonly targets: readonly CompiledTarget[]
  /** Reasons why some values change on their way there and back; empty: the mapping is exact. */
  readonly lossy: readonly string[]
  /** A whole source row to one row of each target. Throws LensError. */
  readonly forward: (row: Row) => readonly MappedRow[]
  /** A row with at least the key columns. Throws LensError. */
  readonly forwardKey: (key: Row) => readonly MappedKey[]
  /** The part of the source row that this target's row determines. Throws LensError. */
  readonly backward: (targetTable: string, row: Row) => Row
  readonly backwardKey: (targetTable: string, key: Row) => Row
  /** What an INSERT into the source needs beside `backward`: columns without a default of their own. */
  readonly insertDefaults: (targetTable: string) => Row
  /** Canonical text of each target column, over a row of the source; `alias` qualifies its columns. */
  readonly sqlForward: (targetTable: string, alias?: string) => SqlColumns
  /** Canonical text of each target column, over a row of the target. */
  readonly sqlTarget: (targetTable: string, alias?: string) => SqlColumns
}

interface CompiledColumn {
  readonly to: string
  readonly from: string | null
  readonly lens: Lens
}

interface Part {
  readonly target: CompiledTarget
  readonly columns: readonly CompiledColumn[]
  readonly keys: readonly CompiledColumn[]
}

/** Shapes must have passed `checkManifest`; what is missing here is a MappingShapeError. */
export function compileMapping(
  mapping: TableMapping,
  sourceShape: TableShape,
  targetShapes: readonly TableShape[],
): CompiledTable {
  const { source } = mapping
  const keyColumns = sourceShape.primaryKey
  const parts = mapping.targets.map((target, index) =>
    compileTarget(target, index === 0, sourceShape, targetShapes),
  )
  const partOf = (table: string): Part => {
    const part = parts.find(({ target }) => target.table === table)
    if (!part) throw new MappingShapeError(table, `is no target of ${source}`)
    return part
  }
  const there = (columns: readonly CompiledColumn[], table: string, row: Row): Row => {
    const result: Record<string, SqlValue> = {}
    for (const { to, from, lens } of columns) {
      const value = from === null ? null : row[from]
      if (value === undefined) throw new LensError('MATAPALO_LENS_TYPE', source, from, 'is absent')
      result[to] = through(lens.forward, value, source, `${from} → ${table}.${to}`)
    }
    return result
  }
  const back = (columns: readonly CompiledColumn[], table: string, row: Row): Row => {
    const result: Record<string, SqlValue> = {}
    for (const { to, from, lens } of columns) {
      const value = row[to]
      if (value === undefined) throw new LensError('MATAPALO_LENS_TYPE', table, to, 'is absent')
      const old = through(lens.backward, value, table, `${to} → ${source}.${from}`)
      if (from !== null) result[from] = old
    }
    return result
  }
  const sql = (table: string, alias: string | undefined, side: 'sqlForward' | 'sqlTarget') =>
    Object.fromEntries(
      partOf(table).columns.map(({ to, from, lens }) => {
        const name = quoted(side === 'sqlTarget' ? to : (from ?? to))
        return [to, lens[side](alias === undefined ? name : `${quoted(alias)}.${name}`)]
      }),
    )

  return {
    source,
    keyColumns,
    targets: parts.map(({ target }) => target),
    lossy: mapping.targets.flatMap(({ table, columns }) =>
      columns.flatMap(({ to, lossy }) => (lossy === undefined ? [] : [`${table}.${to}: ${lossy}`])),
    ),
    forward: (row) =>
      parts.map(({ target: { table }, columns }) => ({ table, row: there(columns, table, row) })),
    forwardKey: (row) =>
      parts.map(({ target: { table }, keys }) => ({ table, key: there(keys, table, row) })),
    backward: (table, row) => back(partOf(table).columns, table, row),
    backwardKey: (table, key) => back(partOf(table).keys, table, key),
    insertDefaults: (table) => defaultsFor(mapping, partOf(table), sourceShape),
    sqlForward: (table, alias) => sql(table, alias, 'sqlForward'),
    sqlTarget: (table, alias) => sql(table, alias, 'sqlTarget'),
  }
}

function through(
  rule: (value: SqlValue) => SqlValue,
  value: SqlValue,
  table: string,
  column: string,
): SqlValue {
  try {
    return rule(value)
  } catch (error) {
    if (error instanceof Outside) throw new LensError(error.code, table, column, error.message)
    throw error
  }
}

function compileTarget(
  target: TargetMapping,
  primary: boolean,
  sourceShape: TableShape,
  targetShapes: readonly TableShape[],
): Part {
  const shape = targetShapes.find(({ table }) => table === target.table)
  if (!shape) throw new MappingShapeError(target.table, 'does not exist')
  const columns = target.columns.map((column) => ({
    to: column.to,
    from: column.from,
    lens: compileLens(column, sourceShape, shape),
  }))
  const keys = sourceShape.primaryKey.map((key) => {
    const column = columns.find(({ from }) => from === key)
    if (!column) throw new MappingShapeError(target.table, `lacks the key column ${key}`)
    return column
  })
  const names = columns.map(({ to }) => to)
  const key = keys.map(({ to }) => to)
  return { target: { table: target.table, key, columns: names, primary }, columns, keys }
}

export function compileLens(
  column: ColumnMapping,
  sourceShape: TableShape,
  targetShape: TableShape,
): Lens {
  const target = columnOf(targetShape, column.to)
  if (column.lens.kind === 'constant') return constantLens(column.lens.value, target)
  const source = columnOf(sourceShape, column.from ?? '')
  const lossy = column.lossy !== undefined
  const lens = lensOf(column, { source, target, lossy })
  return column.whenNull === undefined ? lens : whenNull(column.whenNull, lens, lossy)
}

function lensOf(
  { lens }: ColumnMapping,
  columns: { readonly source: ColumnShape; readonly target: ColumnShape; readonly lossy: boolean },
): Lens {
  switch (lens.kind) {
    case 'enum':
      return enumLens(lens.map, columns)
    case 'boolean': {
      const map = [[lens.true, '1'] as const, [lens.false, '0'] as const]
      return enumLens(map, columns, 'MATAPALO_LENS_BOOLEAN')
    }
    case 'minorUnits':
      return minorUnitsLens(lens.digits, columns)
    case 'instant':
      return instantLens(lens.zone, columns)
    case 'json':
      return jsonLens()
    default:
      return sameLens(columns)
  }
}

function columnOf(shape: TableShape, name: string): ColumnShape {
  const found = shape.columns.find((column) => column.name === name)
  if (!found) throw new MappingShapeError(`${shape.table}.${name}`, 'does not exist')
  return found
}

/**
 * Left columns by their `reverseDefault`; columns that other targets of a split will bring, when the
 * source insists on a value, by the neutral value of their type.
 */
function defaultsFor(mapping: TableMapping, part: Part, shape: TableShape): Row {
  const given = new Set(part.columns.map(({ from }) => from))
  const left = new Map(mapping.leave.map((column) => [column.column, column.reverseDefault]))
  const defaults: Record<string, SqlValue> = {}
  for (const column of shape.columns) {
    if (given.has(column.name) || column.generated || column.autoIncrement) continue
    const declared = left.get(column.name)
    if (declared !== undefined) defaults[column.name] = declared
    else if (!left.has(column.name) && !column.nullable && !column.hasDefault) {
      defaults[column.name] = neutralOf(column)
    }
  }
  return defaults
}
