/**
 * What has changed in the owned tables since the manifest was checked against them.
 *
 * Pure.
 *
 * @module
 */
import type { ColumnShape, TableShape } from '@matapalo/core'

const columnText = (column: ColumnShape): string =>
  [
    column.columnType,
    column.nullable ? 'NULL' : 'NOT NULL',
    column.hasDefault ? 'with a default' : '',
    column.autoIncrement ? 'AUTO_INCREMENT' : '',
    column.generated ? 'GENERATED' : '',
    column.collation === null ? '' : `COLLATE ${column.collation}`,
  ]
    .filter((part) => part !== '')
    .join(' ')

const columnsOf = (shape: TableShape): ReadonlyMap<string, string> =>
  new Map(shape.columns.map((column) => [column.name, columnText(column)]))

const keysOf = (shape: TableShape): string =>
  [shape.primaryKey, ...[...shape.uniqueKeys].sort()].map((key) => `(${key.join(', ')})`).join(' ')

function tableDrift(was: TableShape, is: TableShape): readonly string[] {
  const [before, now] = [columnsOf(was), columnsOf(is)]
  const names = new Set([...before.keys(), ...now.keys()])
  const columns = [...names].flatMap((name) => {
    const [old, current] = [before.get(name) ?? 'absent', now.get(name) ?? 'absent']
    return old === current ? [] : [`${is.table}.${name} was ${old}, is ${current}`]
  })
  const [oldKeys, keys] = [keysOf(was), keysOf(is)]
  return oldKeys === keys
    ? columns
    : [...columns, `the unique keys of ${is.table} were ${oldKeys}, are ${keys}`]
}

/** One line for each column or table that is not what it was. */
export function schemaDrift(
  was: readonly TableShape[],
  is: readonly TableShape[],
): readonly string[] {
  const now = new Map(is.map((shape) => [shape.table, shape]))
  return was.flatMap((shape) => {
    const current = now.get(shape.table)
    return current === undefined ? [`${shape.table} is gone`] : tableDrift(shape, current)
  })
}
