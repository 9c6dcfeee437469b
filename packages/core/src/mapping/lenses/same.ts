/**
 * The value itself, under another name and perhaps in a roomier type.
 *
 * DECIMAL and DATETIME are rewritten to the digits of the other column; digits that are not zero are
 * dropped only by a column declared lossy, which then compares at the coarser of the two.
 *
 * @module
 */
import type { ColumnShape } from '../../rows.ts'
import { withFraction, withScale } from '../digits.ts'
import { type Columns, type Lens, textLens } from '../lens.ts'
import { asText, familyOf, textOfColumn } from '../sqlText.ts'

export function sameLens(columns: Columns): Lens {
  const { source, target, lossy } = columns
  const family = familyOf(target)
  if (family === 'decimal') {
    const from = source.numericScale ?? 0
    const to = target.numericScale ?? 0
    const compared = lossy ? Math.min(from, to) : to
    const sql = decimalText(compared)
    return {
      ...textLens(
        'MATAPALO_LENS_TYPE',
        (text) => withScale(text, to, lossy),
        (text) => withScale(text, from, lossy),
      ),
      sqlForward: sql,
      sqlTarget: sql,
    }
  }
  if (family === 'datetime' || family === 'time') {
    const from = source.datetimePrecision ?? 0
    const to = target.datetimePrecision ?? 0
    const compared = lossy ? Math.min(from, to) : to
    return {
      ...textLens(
        'MATAPALO_LENS_TYPE',
        (text) => withFraction(text, to, lossy),
        (text) => withFraction(text, from, lossy),
      ),
      sqlForward: fractionText(source, from, compared),
      sqlTarget: fractionText(target, to, compared),
    }
  }
  return {
    forward: (value) => value,
    backward: (value) => value,
    sqlForward: (expression) => textOfColumn(source, expression),
    sqlTarget: (expression) => textOfColumn(target, expression),
  }
}

/** A lossy decimal drops digits: TRUNCATE, where a CAST would round. */
const decimalText = (scale: number) => (expression: string) =>
  asText(`CAST(TRUNCATE(${expression}, ${scale}) AS DECIMAL(65,${scale}))`)

function fractionText(shape: ColumnShape, has: number, wanted: number) {
  return (expression: string): string => {
    const text = textOfColumn(shape, expression)
    if (has === wanted) return text
    if (has < wanted) {
      const zeros = '0'.repeat(wanted - has)
      return `CONCAT(${text}, '${has === 0 ? `.${zeros}` : zeros}')`
    }
    const cut = wanted === 0 ? has + 1 : has - wanted
    return `LEFT(${text}, CHAR_LENGTH(${text}) - ${cut})`
  }
}
