/**
 * Rows of a source table for every value that its mapping tells apart, with and without its NULLs.
 *
 * @module
 */
import type { ColumnShape, LensSpec, Row, TableMapping, TableShape } from '@matapalo/core'

function plain({ dataType, name }: ColumnShape): string {
  if (/int$/.test(dataType)) return '7'
  if (dataType === 'decimal') return '12.50'
  if (dataType === 'date') return '2024-02-29'
  if (/^(datetime|timestamp)$/.test(dataType)) return '2024-02-29 23:59:59'
  return name.length > 2 ? name.slice(0, 2) : name
}

/** Columns whose few words no type tells. */
const words: Readonly<Record<string, readonly string[]>> = {
  payment_method: ['card', 'transfer', 'cash'],
}

const valuesOf = (lens: LensSpec | undefined, column: ColumnShape): readonly string[] => {
  if (lens?.kind === 'enum') return lens.map.map(([source]) => source)
  if (lens?.kind === 'boolean') return [lens.true, lens.false]
  if (lens?.kind === 'json') return ['{}']
  return words[column.name] ?? [plain(column)]
}

export function samplesOf(mapping: TableMapping, shape: TableShape): readonly Row[] {
  const lensOf = (column: string): LensSpec | undefined =>
    mapping.targets.flatMap(({ columns }) => columns).find(({ from }) => from === column)?.lens
  const choices = shape.columns.map(
    (column) => [column, valuesOf(lensOf(column.name), column)] as const,
  )
  const first: Row = Object.fromEntries(
    choices.map(([{ name }, [value = null]]) => [name, value] as const),
  )
  const empty: Row = Object.fromEntries(
    choices.filter(([{ nullable }]) => nullable).map(([{ name }]) => [name, null] as const),
  )
  // Of what the mapping does not tell apart, another value: an update that changes it.
  const other: Row = Object.fromEntries(
    choices
      .filter(([{ name }, { length }]) => length === 1 && lensOf(name)?.kind !== 'json')
      .filter(([{ name }]) => !shape.primaryKey.includes(name))
      .filter(([{ dataType }]) => /char|text|int$/.test(dataType))
      .map(([{ name, dataType }]) => [name, /int$/.test(dataType) ? '8' : 'ot'] as const),
  )
  const each = choices.flatMap(([{ name }, values]) =>
    values.length > 1 ? values.map((value): Row => ({ ...first, [name]: value })) : [],
  )
  return [first, { ...first, ...empty }, { ...first, ...other }, ...each]
}
