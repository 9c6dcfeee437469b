/**
 * A DATETIME in a named zone to a DATETIME in UTC.
 *
 * Code and SQL shift by the same finite table of offsets (see zone.ts). Hours around a change of
 * clocks that have no inverse are refused, or, when the column is declared lossy, take the first pass.
 *
 * @module
 */
import { datetimeText, secondsOf } from '../calendar.ts'
import { withFraction } from '../digits.ts'
import { type Columns, type Lens, Outside, textLens } from '../lens.ts'
import { asText, outside, textOfColumn } from '../sqlText.ts'
import {
  doubtful,
  type Step,
  shifted,
  spansOf,
  stepsToFirstPass,
  stepsToLocal,
  stepsToUtc,
} from '../zone.ts'

const code = 'MATAPALO_LENS_INSTANT'

export function instantLens(zone: string, { source, target, lossy }: Columns): Lens {
  const spans = spansOf(zone)
  const refused = lossy ? [] : doubtful(spans)
  const toUtc = stepsToUtc(spans)
  const toLocal = stepsToLocal(spans)
  const firstPass = stepsToFirstPass(spans)
  const from = source.datetimePrecision ?? 0
  const to = target.datetimePrecision ?? 0
  const compared = lossy ? Math.min(from, to) : to

  const check = (local: number) => {
    if (refused.some(([start, end]) => local >= start && local < end)) {
      throw new Outside(code, `is an hour that clocks in ${zone} skipped or showed twice`)
    }
  }
  return {
    ...textLens(
      code,
      (text) => {
        const local = secondsOf(text)
        check(local)
        return fraction(rewritten(text, shifted(toUtc, local)), to, lossy)
      },
      (text) => {
        const local = shifted(toLocal, secondsOf(text))
        check(local)
        return fraction(rewritten(text, local), from, lossy)
      },
    ),
    sqlForward: (expression) => {
      const text = asText(`CAST(${shiftSql(expression, toUtc)} AS DATETIME(${compared}))`)
      if (refused.length === 0) return text
      const ranges = refused.map(
        ([start, end]) =>
          `(${expression} >= '${datetimeText(start)}' AND ${expression} < '${datetimeText(end)}')`,
      )
      return `IF(${ranges.join(' OR ')}, ${outside(asText(expression))}, ${text})`
    },
    sqlTarget: (expression) => {
      if (!lossy) return textOfColumn(target, expression)
      return asText(`CAST(${shiftSql(expression, firstPass)} AS DATETIME(${compared}))`)
    },
  }
}

const rewritten = (text: string, seconds: number): string =>
  `${datetimeText(seconds)}${text.slice(19)}`

function fraction(text: string, precision: number, drop: boolean): string {
  try {
    return withFraction(text, precision, drop)
  } catch (error) {
    throw error instanceof Outside ? new Outside(code, error.message) : error
  }
}

/** A balanced tree of comparisons: eight deep for a zone that changes twice a year until 2100. */
function shiftSql(expression: string, steps: readonly Step[]): string {
  if (steps.length <= 1) {
    const shift = steps[0]?.shift ?? 0
    const sign = shift < 0 ? '-' : '+'
    return `${expression} ${sign} INTERVAL ${Math.abs(shift)} SECOND`
  }
  const middle = Math.ceil(steps.length / 2)
  const upper = steps.slice(middle)
  const low = shiftSql(expression, steps.slice(0, middle))
  return `IF(${expression} < '${datetimeText(upper[0]?.from ?? 0)}', ${low}, ${shiftSql(expression, upper)})`
}
