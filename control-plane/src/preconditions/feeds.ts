/** Both feeds must be alive: the way back is part of the way there. */
import { readApplierState } from '@matapalo/cdc/applierState'
import { type Direction, directionFrom, sourceOf } from '@matapalo/core'
import { troubleOf } from '../feed/look.ts'
import { targetDb } from '../live/stores.ts'
import type { Finding, Precondition, Situation } from './precondition.ts'

/** 5000 (milliseconds): five heartbeats without a commit. */
const silentMs = 5000

async function feed(situation: Situation, direction: Direction): Promise<Finding> {
  const { control, domain, from } = situation
  const { state: connector, reason } = await control.feeds.status(sourceOf(direction))
  const run = `run: matapalo status ${domain.name}`
  if (connector === 'MISSING' && !domain.prepared)
    return `its connectors do not exist yet; run: matapalo prepare ${domain.name}`
  if (connector !== 'RUNNING')
    return `the ${direction} connector is ${connector}${reason === null ? '' : ` (${reason})`}; it is started again by itself, so look into Kafka Connect's log when it stays; ${run}`
  const state = await readApplierState(targetDb(control.stores, direction), domain.name, direction)
  if (state === null) return `the ${direction} applier has no state yet; ${run}`
  if (state.status === 'quarantined')
    return `the ${direction} applier stands at a change that does not fit (${state.reason ?? 'no reason given'}); run: matapalo quarantine ${domain.name}`
  if (state.status !== 'running')
    return `the ${direction} applier is ${state.status}${state.reason === null ? '' : ` (${state.reason})`}; it tries again by itself; ${run}`
  if (state.ageMs === null || state.ageMs > silentMs) {
    const trouble = await troubleOf(control, domain, direction)
    const why = trouble === null ? 'it has just gone on' : `${trouble.cause}; ${trouble.remedy}`
    return `the ${direction} applier has been silent for ${Math.round(state.ageMs ?? 0)} ms, limit is ${silentMs} ms: ${why}; ${run}`
  }
  const expected = direction === directionFrom(from) ? 'apply' : 'audit'
  if (state.mode !== expected)
    return `the ${direction} applier is in mode ${state.mode}, not ${expected}; ${run}`
  if (expected === 'apply' && state.term !== domain.ownerTerm)
    return `the ${direction} applier is at term ${state.term}, the ledger at ${domain.ownerTerm}; ${run}`
  return null
}

export const feeds: Precondition = {
  gate: 'feeds',
  ofTables: true,
  async check(situation) {
    return (await feed(situation, 'forward')) ?? (await feed(situation, 'reverse'))
  },
}
