/**
 * A marker through the feed that carries changes back after a transfer: proof that the connector,
 * the topic and the applier of that direction are all awake, though none of them has work yet.
 *
 * @module
 */
import { readApplierState } from '@matapalo/cdc/applierState'
import { readMarker, writeMarker } from '@matapalo/cdc/markers'
import { type Direction, directionFrom, type Side } from '@matapalo/core'
import { until } from '@matapalo/runtime'
import { type Stores, sourceDb, targetDb } from '../live/stores.ts'

/** 3000 (milliseconds): a healthy feed needs some 50. */
const limitMs = 3000

async function trip(stores: Stores, domain: string, direction: Direction): Promise<string | null> {
  const source = sourceDb(stores, direction)
  const token = await writeMarker(source, domain)
  const marker = await readMarker(source, domain)
  const arrived = async (): Promise<boolean> => {
    const state = await readApplierState(targetDb(stores, direction), domain, direction)
    return state !== null && state.token >= token && state.generation === marker?.generation
  }
  const done = await until(arrived, { timeoutMs: limitMs, everyMs: 20 })
  return done === true
    ? null
    : `a marker did not come through the ${direction} feed within ${limitMs} ms; run: matapalo explain ${domain}`
}

/** @param from the side that the feed reads */
export const markerTrip = (stores: Stores, domain: string, from: Side): Promise<string | null> =>
  trip(stores, domain, directionFrom(from))
