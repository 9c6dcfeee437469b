/**
 * A stand-in at the target for a NULL of the source, and back.
 *
 * A source value that itself becomes the stand-in would come back as NULL, so it is refused.
 *
 * @module
 */
import { type Lens, Outside } from '../lens.ts'
import { literal, outside } from '../sqlText.ts'

export function whenNull(standIn: string, lens: Lens, lossy: boolean): Lens {
  return {
    forward: (value) => {
      if (value === null) return standIn
      const there = lens.forward(value)
      if (!lossy && there === standIn) {
        throw new Outside('MATAPALO_LENS_NULL', 'becomes the value that stands for NULL')
      }
      return there
    },
    backward: (value) => (value === standIn ? null : lens.backward(value)),
    sqlForward: (expression) => {
      const there = lens.sqlForward(expression)
      if (lossy) return `IFNULL(${there}, ${literal(standIn)})`
      const clash = `CAST(${there} AS BINARY) = ${literal(standIn)}`
      return `IF(${clash}, ${outside(there)}, IFNULL(${there}, ${literal(standIn)}))`
    },
    sqlTarget: lens.sqlTarget,
  }
}
