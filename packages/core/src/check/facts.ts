/**
 * What preflight knows of the two databases, as data: whoever reads them fills these in.
 *
 * @module
 */
import type { TableShape } from '../rows.ts'

export type ReferentialRule = 'RESTRICT' | 'NO ACTION' | 'CASCADE' | 'SET NULL' | 'SET DEFAULT'

export interface ForeignKeyFact {
  readonly constraint: string
  readonly schema: string
  /** The child. */
  readonly table: string
  readonly columns: readonly string[]
  readonly referencedSchema: string
  /** The parent. */
  readonly referencedTable: string
  readonly referencedColumns: readonly string[]
  readonly onDelete: ReferentialRule
  readonly onUpdate: ReferentialRule
}

/** A trigger that the application itself has; the toolkit's own are left out. */
export interface TriggerFact {
  readonly schema: string
  readonly name: string
  readonly table: string
  /** `BEFORE INSERT`, `AFTER UPDATE`, … */
  readonly fires: string
}

/** One side's schema. */
export interface SchemaFacts {
  readonly shapes: readonly TableShape[]
  readonly foreignKeys: readonly ForeignKeyFact[]
  readonly triggers: readonly TriggerFact[]
  /** Distinct values found in columns with a value map, by table and column; absent: not looked. */
  readonly values?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>
}

export interface ManifestFacts {
  readonly source: SchemaFacts
  readonly target: SchemaFacts
}

export interface ServerFact {
  readonly logBin: boolean
  readonly binlogFormat: string
  readonly binlogRowImage: string
  readonly binlogRowMetadata: string
  readonly galera: boolean
}

export interface GrantFact {
  readonly account: string
  /** `*`: global. */
  readonly schema: string
  /** `*`: the whole schema. */
  readonly table: string
  readonly privilege: string
}
