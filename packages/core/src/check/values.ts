/**
 * The columns whose values preflight should list: a value map must know them all.
 *
 * @module
 */
import type { Manifest } from '../manifest/model.ts'

export interface ValueColumn {
  readonly table: string
  readonly column: string
  /** More distinct values than this are not worth reading: one is outside. */
  readonly atMost: number
}

export const valueColumns = (manifest: Manifest): readonly ValueColumn[] =>
  manifest.tables.flatMap((table) =>
    table.targets.flatMap((target) =>
      target.columns.flatMap(({ from, lens }) => {
        if (from === null) return []
        if (lens.kind === 'boolean') return [{ table: table.source, column: from, atMost: 3 }]
        if (lens.kind !== 'enum') return []
        return [{ table: table.source, column: from, atMost: lens.map.length + 1 }]
      }),
    ),
  )
