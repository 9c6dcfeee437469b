/**
 * An amount in a DECIMAL to an integer of its smallest unit: 12.50 to 1250.
 *
 * A lossy one, whose sides have different digits, drops those that the other lacks.
 *
 * @module
 */
import { withScale } from '../digits.ts'
import { type Columns, type Lens, Outside, textLens } from '../lens.ts'
import { asText, textOfColumn } from '../sqlText.ts'

const code = 'MATAPALO_LENS_MINOR_UNITS'

export function minorUnitsLens(digits: number, { source, target, lossy }: Columns): Lens {
  const scale = source.numericScale ?? 0
  return {
    ...textLens(
      code,
      (text) => {
        const amount = scaled(text, digits, lossy).replace('.', '')
        const [, sign = '', whole = ''] = /^(-?)0*(\d+)$/.exec(amount) ?? []
        return `${sign}${whole}`
      },
      (text) => {
        if (!/^-?\d+$/.test(text)) throw new Outside(code, 'is not an integer')
        const sign = text.startsWith('-') ? '-' : ''
        const figures = text.slice(sign.length).padStart(digits + 1, '0')
        const split = figures.length - digits
        return scaled(`${sign}${figures.slice(0, split)}.${figures.slice(split)}`, scale, lossy)
      },
    ),
    sqlForward: (expression) =>
      asText(
        `CAST(TRUNCATE(CAST(${expression} AS DECIMAL(65,${scale})), ${digits}) * ${10n ** BigInt(digits)} AS DECIMAL(65,0))`,
      ),
    sqlTarget: (expression) =>
      scale < digits && lossy
        ? textOfColumn(target, `TRUNCATE(${expression}, ${scale - digits})`)
        : textOfColumn(target, expression),
  }
}

function scaled(text: string, scale: number, drop: boolean): string {
  try {
    return withScale(text, scale, drop)
  } catch (error) {
    throw error instanceof Outside ? new Outside(code, error.message) : error
  }
}
