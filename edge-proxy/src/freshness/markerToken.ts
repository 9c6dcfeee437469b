/**
 * A token out of the database: a marker written by the edge's own account.
 *
 * @module
 */
import { MarkerMissing, readMarker, writeMarker } from '@matapalo/cdc/markers'
import type { Side } from '@matapalo/core'
import type { Db } from '@matapalo/runtime'
import { SideLost, type WriteMarker } from './tokens.ts'

/** The term is read first: one read after the write might be the next owner's. */
export const markerTokens =
  (databases: Readonly<Record<Side, Db>>): WriteMarker =>
  (side, domain) =>
    databases[side].session(async (session) => {
      const marker = await readMarker(session, domain)
      if (marker === null) throw new MarkerMissing(domain)
      if (marker.owner !== null && marker.owner !== side) throw new SideLost(side, domain)
      const n = await writeMarker(session, domain)
      return { side, generation: marker.generation, term: marker.term, n }
    })
