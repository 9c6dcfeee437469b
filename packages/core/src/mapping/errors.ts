/**
 * What goes wrong between two shapes of one row.
 *
 * @module
 */
import { MatapaloError } from '../errors.ts'
import type { LensCode } from './lens.ts'

/** A value does not fit its lens. The message never contains the value. */
export class LensError extends MatapaloError {
  readonly code: LensCode
  readonly table: string
  readonly column: string

  constructor(code: LensCode, table: string, column: string | null, fact: string) {
    super(
      `${table}.${column}: the value ${fact}; mend the row or the manifest, then retry the change`,
    )
    this.code = code
    this.table = table
    this.column = String(column)
  }
}

/** A table or column that the mapping names is not in the shapes it was given. */
export class MappingShapeError extends MatapaloError {
  readonly code = 'MATAPALO_MAPPING_SHAPE'

  constructor(subject: string, fact: string) {
    super(`${subject}: ${fact}; run: matapalo prepare, which lists every such problem`)
  }
}
