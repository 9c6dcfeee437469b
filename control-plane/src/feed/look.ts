/**
 * Gathers what {@link diagnose} wants to know of one feed. Nothing here throws: what does not answer
 * is a fact.
 *
 * @module
 */
import { claimLock } from '@matapalo/cdc/applier/claim'
import { type ApplierState, readApplierState } from '@matapalo/cdc/applierState'
import { connectorName } from '@matapalo/cdc/connectors'
import { describeBlocker, findBlockers } from '@matapalo/cdc/fence/blockers'
import { writeMarker } from '@matapalo/cdc/markers'
import { domainTopic } from '@matapalo/cdc/names'
import { type Direction, sourceOf } from '@matapalo/core'
import { sleep } from '@matapalo/runtime'
import type { Control } from '../control.ts'
import type { Domain } from '../ledger/domains.ts'
import { sourceDb, targetDb } from '../live/stores.ts'
import { diagnose, quietMs, type SilentFacts, type Trouble } from './diagnose.ts'

/** 700 (milliseconds): a marker needs some 50 to the topic. */
const movesWithinMs = 700
/** 2000 (milliseconds): what does not answer by then does not answer. */
const answerMs = 2000

async function within<T>(work: Promise<T>): Promise<T | null> {
  const late = sleep(answerMs, null, { ref: false })
  return Promise.race([work.catch(() => null), late])
}

async function topicOf({ feeds }: Control, topic: string): Promise<{ id: string | null } | null> {
  const exists = await within(feeds.kafka.topicExists(topic))
  if (exists === null) return null
  if (!exists) return { id: null }
  const id = await within(feeds.topicId(topic))
  return id === null ? null : { id }
}

async function holderOf(control: Control, domain: string, direction: Direction) {
  const db = targetDb(control.stores, direction)
  const [row] = await db.query(
    `SELECT ID AS id, COMMAND AS command, TIME_MS AS ms FROM information_schema.PROCESSLIST
     WHERE ID = IS_USED_LOCK(?)`,
    [claimLock(domain, direction)],
  )
  if (row === undefined) return null
  const blockers = await findBlockers(db, Number(row.id))
  return {
    waitsFor: blockers.map(describeBlocker),
    idleMs: row.command === 'Sleep' ? Number(row.ms) : 0,
  }
}

async function silence(
  control: Control,
  domain: string,
  direction: Direction,
): Promise<SilentFacts> {
  const { kafka } = control.feeds
  const topic = domainTopic(sourceOf(direction), domain)
  const high = async () => (await within(kafka.bounds(topic)))?.high ?? null
  const before = await high()
  const marked = await within(writeMarker(sourceDb(control.stores, direction), domain))
  const [holder] = await Promise.all([
    within(holderOf(control, domain, direction)),
    sleep(movesWithinMs),
  ])
  const after = await high()
  return {
    marked: marked !== null,
    moves: before !== null && after !== null && after > before,
    holder,
  }
}

/** What stands in a feed's way; null: nothing. */
export async function troubleOf(
  control: Control,
  domain: Domain,
  direction: Direction,
): Promise<Trouble | null> {
  const { feeds, stores } = control
  const { name } = domain
  const side = sourceOf(direction)
  const [connector, topic, target] = await Promise.all([
    within(feeds.status(side)),
    topicOf(control, domainTopic(side, name)),
    within(
      readApplierState(targetDb(stores, direction), name, direction).then(
        (state): { state: ApplierState | null } => ({ state }),
      ),
    ),
  ])
  const state = target?.state ?? null
  const quiet = state !== null && (state.ageMs === null || state.ageMs > quietMs)
  const facts = {
    domain: name,
    direction,
    connectorName: connectorName(side),
    expected: domain.prepared && (direction === 'forward' || domain.backfill === 'complete'),
    connector,
    retryInMs: feeds.retryInMs(side),
    topic,
    target,
  }
  const found = diagnose(facts)
  if (found !== null || !quiet || !facts.expected) return found
  return diagnose({ ...facts, silent: await silence(control, name, direction) })
}
