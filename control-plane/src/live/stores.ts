/** Both database servers, and which feed reads and writes which. */
import { type Direction, type Manifest, type Side, sourceOf, targetOf } from '@matapalo/core'
import type { Db } from '@matapalo/runtime'

export interface Stores {
  readonly monolith: Db
  readonly service: Db
}

export const sourceDb = (stores: Stores, direction: Direction): Db => stores[sourceOf(direction)]
export const targetDb = (stores: Stores, direction: Direction): Db => stores[targetOf(direction)]

export const schemaOf = (manifest: Manifest, side: Side): string =>
  side === 'monolith' ? manifest.schemas.source : manifest.schemas.target

/** The domain's tables on one side, each once. */
export const tablesOf = (manifest: Manifest, side: Side): readonly string[] =>
  side === 'monolith'
    ? manifest.tables.map(({ source }) => source)
    : [...new Set(manifest.tables.flatMap(({ targets }) => targets.map(({ table }) => table)))]
