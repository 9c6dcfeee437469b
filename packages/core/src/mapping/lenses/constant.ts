/**
 * A target column that always holds one value; anything else there does not fit the mapping.
 *
 * @module
 */
import type { ColumnShape } from '../../rows.ts'
import { type Lens, Outside } from '../lens.ts'
import { literal, textOfColumn } from '../sqlText.ts'

export function constantLens(value: string | null, target: ColumnShape): Lens {
  return {
    forward: () => value,
    backward: (found) => {
      if (found === value) return null
      throw new Outside('MATAPALO_LENS_CONSTANT', 'is not the constant of its column')
    },
    sqlForward: () => (value === null ? 'NULL' : literal(value)),
    sqlTarget: (expression) => textOfColumn(target, expression),
  }
}
