/**
 * A one-to-one map of values; booleans are a map of two.
 *
 * SQL compares by bytes: under a case-insensitive collation 'a' would pass for 'A'.
 *
 * @module
 */
import { type Columns, type Lens, type LensCode, Outside, textLens } from '../lens.ts'
import { asBytes, literal, outside, textOfColumn } from '../sqlText.ts'

export function enumLens(
  map: readonly (readonly [string, string])[],
  { source, target }: Columns,
  code: LensCode = 'MATAPALO_LENS_ENUM',
): Lens {
  const there = new Map(map)
  const back = new Map(map.map(([from, to]) => [to, from] as const))
  const look = (values: ReadonlyMap<string, string>) => (text: string) => {
    const found = values.get(text)
    if (found !== undefined) return found
    throw new Outside(code, `is none of the ${values.size} values of its map`)
  }
  return {
    ...textLens(code, look(there), look(back)),
    sqlForward: (expression) => {
      const text = textOfColumn(source, expression)
      const branches = map.map(([from, to]) => `WHEN ${literal(from)} THEN ${literal(to)}`)
      const rest = `IF(${expression} IS NULL, NULL, ${outside(text)})`
      return `CASE ${asBytes(text)} ${branches.join(' ')} ELSE ${rest} END`
    },
    sqlTarget: (expression) => textOfColumn(target, expression),
  }
}
