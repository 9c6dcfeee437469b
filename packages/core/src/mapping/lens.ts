/**
 * One column's rule, compiled against the shapes of its two columns.
 *
 * A lens exists three times: forward in code, backward in code, and as SQL over either side's column.
 * The SQL of both sides gives one and the same text for two values that correspond, and for no
 * others; a value outside the lens gives a text that no value of the target has.
 *
 * @module
 */
import type { ColumnShape, SqlValue } from '../rows.ts'

export interface Lens {
  /** Throws {@link Outside}. */
  readonly forward: (value: SqlValue) => SqlValue
  /** Throws {@link Outside}. */
  readonly backward: (value: SqlValue) => SqlValue
  /** Canonical text of the target's value, from the source column's expression. */
  readonly sqlForward: (source: string) => string
  /** Canonical text of the target column. */
  readonly sqlTarget: (target: string) => string
}

export interface Columns {
  readonly source: ColumnShape
  readonly target: ColumnShape
  readonly lossy: boolean
}

export type LensCode = `MATAPALO_LENS_${
  | 'BOOLEAN'
  | 'CONSTANT'
  | 'ENUM'
  | 'INSTANT'
  | 'JSON'
  | 'MINOR_UNITS'
  | 'NULL'
  | 'TYPE'}`

/** A value that a lens cannot carry; the mapping adds where, see LensError. */
export class Outside extends Error {
  readonly code: LensCode

  constructor(code: LensCode, fact: string) {
    super(fact)
    this.code = code
  }
}

/** A lens for values that are text; null passes, bytes do not. */
export function textLens(
  code: LensCode,
  forward: (text: string) => string,
  backward: (text: string) => string,
): Pick<Lens, 'forward' | 'backward'> {
  const on = (rule: (text: string) => string) => (value: SqlValue) => {
    if (value === null) return null
    if (typeof value !== 'string') throw new Outside(code, 'is bytes, not text')
    return rule(value)
  }
  return { forward: on(forward), backward: on(backward) }
}
