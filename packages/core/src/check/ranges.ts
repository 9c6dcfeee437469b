/**
 * What a column's type can hold.
 *
 * @module
 */
import { familyOf } from '../mapping/sqlText.ts'
import type { ColumnShape } from '../rows.ts'

const bits: Readonly<Record<string, bigint>> = {
  tinyint: 8n,
  smallint: 16n,
  mediumint: 24n,
  int: 32n,
  bigint: 64n,
}

/** Least and greatest value of an integer column, or null. */
export function rangeOf(column: ColumnShape): readonly [bigint, bigint] | null {
  const size = bits[column.dataType]
  if (size === undefined) return null
  return column.unsigned ? [0n, 2n ** size - 1n] : [-(2n ** (size - 1n)), 2n ** (size - 1n) - 1n]
}

/** Digits before and after the point of a DECIMAL, or of an integer at its widest; or null. */
export function digitsOf(
  column: ColumnShape,
): { readonly whole: number; readonly scale: number } | null {
  const range = rangeOf(column)
  if (range) return { whole: String(range[1]).length, scale: 0 }
  if (familyOf(column) !== 'decimal') return null
  const scale = column.numericScale ?? 0
  return { whole: (column.numericPrecision ?? 10) - scale, scale }
}

/** The labels of an ENUM or SET, or null. */
export function labelsOf(column: ColumnShape): readonly string[] | null {
  if (familyOf(column) !== 'label') return null
  const labels = column.columnType.matchAll(/'((?:[^']|'')*)'/g)
  return [...labels].map(([, label = '']) => label.replaceAll("''", "'"))
}

/** The character set of a text column: the collation's first word. */
export const charsetOf = (column: ColumnShape): string => column.collation?.split('_')[0] ?? ''
