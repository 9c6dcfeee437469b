/**
 * From a manifest and two running servers to what verification compares.
 *
 * @module
 */
import { compileMapping, type Manifest, MatapaloError } from '@matapalo/core'
import { loadShapes } from '../shapes/tables.ts'
import type { Pair, Stores } from './pair.ts'

/** A table of the manifest is gone. */
export class TableMissing extends MatapaloError {
  readonly code = 'MATAPALO_TABLE_MISSING'

  constructor(domain: string, table: string) {
    super(`${domain}: table ${table} does not exist; run: matapalo prepare ${domain}`)
  }
}

export async function loadPairs(stores: Stores, manifest: Manifest): Promise<readonly Pair[]> {
  const [sources, targets] = await Promise.all([
    loadShapes(stores.monolith.db, stores.monolith.schema),
    loadShapes(stores.service.db, stores.service.schema),
  ])
  return manifest.tables.map((table) => {
    const sourceShape = sources.find((shape) => shape.table === table.source)
    if (sourceShape === undefined) throw new TableMissing(manifest.domain, table.source)
    const wanted = table.targets.map((target) => {
      const shape = targets.find((one) => one.table === target.table)
      if (shape === undefined) throw new TableMissing(manifest.domain, target.table)
      return shape
    })
    return {
      compiled: compileMapping(table, sourceShape, wanted),
      sourceShape,
      targetShapes: Object.fromEntries(wanted.map((shape) => [shape.table, shape])),
    }
  })
}
