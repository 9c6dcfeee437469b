/**
 * A manifest and the shapes of both sides → what an applier of one direction needs.
 *
 * @module
 */
import { compileMapping, type Direction, type Manifest } from '@matapalo/core'
import type { Db } from '@matapalo/runtime'
import type { FeedPlan } from '../applier/applier.ts'
import { loadShapes } from '../shapes.ts'

/** @param databases of the two servers */
export async function feedPlan(
  manifest: Manifest,
  direction: Direction,
  databases: { readonly monolith: Db; readonly service: Db },
): Promise<FeedPlan> {
  const { schemas, tables } = manifest
  const targetNames = tables.flatMap(({ targets }) => targets.map(({ table }) => table))
  const [monolith, service] = await Promise.all([
    loadShapes(
      databases.monolith,
      schemas.source,
      tables.map(({ source }) => source),
    ),
    loadShapes(databases.service, schemas.target, targetNames),
  ])
  const maps = tables.map((table) => {
    const shape = monolith.find(({ table: name }) => name === table.source)
    if (shape === undefined) throw new TypeError(`${schemas.source}.${table.source}: no such table`)
    return compileMapping(table, shape, service)
  })
  const forward = direction === 'forward'
  return {
    maps,
    sourceSchema: forward ? schemas.source : schemas.target,
    sourceShapes: forward ? monolith : service,
    targetShapes: forward ? service : monolith,
    targetSchema: forward ? schemas.target : schemas.source,
    emits: forward ? manifest.emits : [],
  }
}
