/** Fences, markers, barrier and ids: the databases' part of a transfer. */

import { readApplierState } from '@matapalo/cdc/applierState'
import { awaitApplied } from '@matapalo/cdc/barrier'
import { FenceBlocked, missingTriggers, setFence } from '@matapalo/cdc/fence'
import { type Advance, prepareIds } from '@matapalo/cdc/ids'
import { readMarker, writeMarker, writeOwnerMarker } from '@matapalo/cdc/markers'
import { type Manifest, otherSide, type Side } from '@matapalo/core'
import { FenceMoved, NotFound, TriggersMissing } from '../errors.ts'
import type { StoresPort } from '../ports.ts'
import { fencedTables } from './fenced.ts'
import { drainsOf, settleInFlight } from './inFlight.ts'
import { type Stores, schemaOf, targetDb } from './stores.ts'

/** 4: connections that one step may use at once on one server. */
const warmConnections = 4

export function storesPort(
  stores: Stores,
  manifests: ReadonlyMap<string, Manifest>,
): Omit<StoresPort, 'giveBack'> {
  const manifestOf = (domain: string): Manifest => {
    const manifest = manifests.get(domain)
    if (manifest === undefined)
      throw new NotFound(`${domain}: not registered; run: matapalo register`)
    return manifest
  }
  const advances = new Map<string, Advance>()
  return {
    settle(domain, side) {
      return settleInFlight(stores[side], drainsOf(manifestOf(domain), side))
    },
    async warm() {
      const sessions = [stores.monolith, stores.service].flatMap((db) =>
        Array.from({ length: warmConnections }, () =>
          db.session((session) => session.query('SELECT SLEEP(0.02)')),
        ),
      )
      await Promise.all(sessions)
    },
    async setFence(domain, side, write, budgetMs) {
      const moved = await setFence(stores[side], domain, { ...write, budgetMs })
      if (moved.outcome === 'set') return
      if (moved.outcome === 'blocked')
        throw new FenceBlocked(domain, moved.waitedMs, budgetMs, moved.blockers, moved.ended)
      throw new FenceMoved(domain, side, write.seq)
    },
    mark: (domain, side) => writeMarker(stores[side], domain),
    async rogue(domain, direction) {
      return (await readApplierState(targetDb(stores, direction), domain, direction))?.rogue ?? 0n
    },
    async awaitApplied(domain, direction, barrier) {
      const { ms, state } = await awaitApplied(targetDb(stores, direction), {
        domain,
        direction,
        ...barrier,
      })
      return { ms, offset: state.offset }
    },
    async announce(domain, marker) {
      await Promise.all(
        [stores.monolith, stores.service].map(async (db) => {
          if ((await writeOwnerMarker(db, domain, marker)) !== null) return
          // Refused: fine if an earlier try or whoever came after has announced this term.
          const row = await readMarker(db, domain)
          if (row === null || row.term < marker.term || row.owner !== marker.owner)
            throw new FenceMoved(domain, 'marker', marker.seq)
        }),
      )
    },
    async requireTriggers(domain) {
      const manifest = manifestOf(domain)
      const check = async (side: Side): Promise<void> => {
        const missing = await missingTriggers(stores[side], fencedTables(manifest, side))
        const first = missing[0]
        if (first !== undefined) throw new TriggersMissing(domain, side, first.name, missing.length)
      }
      await Promise.all([check('monolith'), check('service')])
    },
    async prepareIds(domain, to) {
      const manifest = manifestOf(domain)
      if (manifest.ids === 'application') return
      const from = otherSide(to)
      const pairs = manifest.tables.flatMap(({ source, targets }) =>
        targets.map(({ table }) => {
          const monolith = { schema: schemaOf(manifest, 'monolith'), table: source }
          const service = { schema: schemaOf(manifest, 'service'), table }
          return to === 'service'
            ? { source: monolith, target: service }
            : { source: service, target: monolith }
        }),
      )
      advances.set(domain, await prepareIds(stores[from], stores[to], domain, pairs))
    },
    async advanceIds(domain) {
      const advanced = (await advances.get(domain)?.()) ?? []
      return Object.fromEntries(advanced.map((one) => [one.table, one.to.toString()]))
    },
    async offsetOf(domain, direction) {
      return (await readApplierState(targetDb(stores, direction), domain, direction))?.offset ?? 0n
    },
  }
}
