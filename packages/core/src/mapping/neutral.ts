/**
 * The value that means nothing yet, by type: what a row holds between the arrival of its first and
 * its second half, when a split table is put together again.
 *
 * @module
 */
import type { ColumnShape, SqlValue } from '../rows.ts'
import { familyOf } from './sqlText.ts'

export function neutralOf(column: ColumnShape): SqlValue {
  switch (familyOf(column)) {
    case 'integer':
    case 'decimal':
    case 'float':
      return '0'
    case 'date':
      return '1970-01-01'
    case 'datetime':
      return '1970-01-01 00:00:01'
    case 'time':
      return '00:00:00'
    case 'year':
      return '1970'
    case 'bytes':
    case 'bit':
      return new Uint8Array(1)
    case 'label':
      return (
        /^(?:enum|set)\('((?:[^']|'')*)'/.exec(column.columnType)?.[1]?.replaceAll("''", "'") ?? ''
      )
    default:
      return ''
  }
}
