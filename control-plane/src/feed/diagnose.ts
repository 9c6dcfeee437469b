/**
 * Where a feed stands still, why, and what to do: from the source's marker through Kafka Connect and
 * Kafka to the applier's last commit, the first link that does not pass anything on.
 *
 * Pure: facts in, one answer out, so that each of them can be shown in a test.
 *
 * @module
 */
import type { ApplierState } from '@matapalo/cdc/applierState'
import type { ConnectorStatus } from '@matapalo/cdc/connectors'
import type { Direction } from '@matapalo/core'

export interface FeedFacts {
  readonly domain: string
  readonly direction: Direction
  readonly connectorName: string
  /** False: the domain is not prepared, or its backfill is not complete and this is the way back. */
  readonly expected: boolean
  /** null: Kafka Connect does not answer. */
  readonly connector: ConnectorStatus | null
  /** Milliseconds until a failed connector is started again; null: it is not waited for. */
  readonly retryInMs: number | null
  /** null: Kafka does not answer; `id` null: there is no such topic. */
  readonly topic: { readonly id: string | null } | null
  /** null: the target does not answer; `state` null: it has no row. */
  readonly target: { readonly state: ApplierState | null } | null
  /** Asked only where the applier is silent. */
  readonly silent?: SilentFacts
}

export interface SilentFacts {
  /** False: a marker could not be written at the source. */
  readonly marked: boolean
  /** Something reached the topic while it was looked at. */
  readonly moves: boolean
  /** The connection that applies; null: there is none. */
  readonly holder: { readonly waitsFor: readonly string[]; readonly idleMs: number } | null
}

/** What stands in the way. `recovers`: by itself, once its cause is gone. */
export interface Trouble {
  readonly state:
    | 'targetDown'
    | 'quarantined'
    | 'connectDown'
    | 'connectorMissing'
    | 'connectorFailed'
    | 'connectorPaused'
    | 'connectorMoving'
    | 'binlogLost'
    | 'kafkaDown'
    | 'topicMissing'
    | 'topicRemade'
    | 'notPrepared'
    | 'applierStopped'
    | 'sourceDown'
    | 'connectorSilent'
    | 'noWorker'
    | 'applierBlocked'
    | 'applierSlow'
  readonly cause: string
  readonly remedy: string
  readonly recovers: boolean
}

/** 2000 (milliseconds): a heartbeat commits four times a second. */
export const quietMs = 2000

/** What Debezium says when the server has purged what it must read next. */
const purged = /no longer available on the server|could not find first log file|purged/i

const seconds = (ms: number): string => `${Math.max(1, Math.ceil(ms / 1000))} s`

export function diagnose(facts: FeedFacts): Trouble | null {
  if (!facts.expected) return null
  return ofQuarantine(facts) ?? ofConnector(facts) ?? ofTopic(facts) ?? ofApplier(facts)
}

function ofQuarantine({ domain, direction, target }: FeedFacts): Trouble | null {
  if (target === null)
    return {
      state: 'targetDown',
      cause: `the ${direction === 'forward' ? "services'" : "monolith's"} database does not answer, so nothing can be applied to it`,
      remedy: 'start it; the feed goes on where it stood',
      recovers: true,
    }
  if (target.state?.status !== 'quarantined') return null
  return {
    state: 'quarantined',
    cause: `its applier has stopped at a change that it cannot write (${target.state.reason ?? 'no reason given'})`,
    remedy: `run: matapalo quarantine ${domain}`,
    recovers: false,
  }
}

function ofConnector(facts: FeedFacts): Trouble | null {
  const { connector, connectorName: name, domain, retryInMs } = facts
  const trouble = (
    state: Trouble['state'],
    cause: string,
    remedy: string,
    recovers: boolean,
  ): Trouble => ({ state, cause, remedy, recovers })
  if (connector === null)
    return trouble(
      'connectDown',
      'Kafka Connect does not answer, so no change leaves the source',
      'start it, and look into its log when it does not stay; the feed goes on where it stood',
      true,
    )
  const why = connector.reason === null ? '' : `: ${connector.reason}`
  switch (connector.state) {
    case 'RUNNING':
      return null
    case 'MISSING':
      return trouble(
        'connectorMissing',
        `Kafka Connect has no connector ${name}`,
        facts.direction === 'forward'
          ? `run: matapalo prepare ${domain}`
          : `it is made when a backfill completes; run: matapalo backfill ${domain} --wait`,
        false,
      )
    case 'FAILED':
      return purged.test(connector.reason ?? '')
        ? trouble(
            'binlogLost',
            `connector ${name} needs a binary log that its server has purged${why}`,
            `changes are lost to the feed: in Kafka Connect stop ${name}, delete its offsets and resume it, then run: matapalo backfill ${domain} --wait`,
            false,
          )
        : trouble(
            'connectorFailed',
            `connector ${name} has failed${why}`,
            `it is started again by itself${retryInMs === null ? '' : ` in ${seconds(retryInMs)}`}; if it fails again, mend what its message names`,
            true,
          )
    case 'PAUSED':
      return trouble(
        'connectorPaused',
        `somebody has paused connector ${name}`,
        `resume it in Kafka Connect: PUT /connectors/${name}/resume`,
        false,
      )
    default:
      return trouble(
        'connectorMoving',
        `connector ${name} is ${connector.state}: Kafka Connect is giving its work to a worker`,
        'wait some seconds; if it stays, look into the log of Kafka Connect',
        true,
      )
  }
}

function ofTopic({ domain, topic, target }: FeedFacts): Trouble | null {
  if (topic === null)
    return {
      state: 'kafkaDown',
      cause: 'Kafka does not answer',
      remedy: 'start it; the feed goes on where it stood',
      recovers: true,
    }
  if (topic.id === null)
    return {
      state: 'topicMissing',
      cause: 'its topic is gone from Kafka, and with it what was not applied yet',
      remedy: `run: matapalo prepare ${domain}, then: matapalo backfill ${domain} --wait`,
      recovers: false,
    }
  const known = target?.state?.topicId ?? null
  return known === null || known === topic.id
    ? null
    : {
        state: 'topicRemade',
        cause: 'its topic was made anew, so what was not applied yet is lost',
        remedy: `run: matapalo backfill ${domain} --wait`,
        recovers: false,
      }
}

function ofApplier({ domain, connectorName: name, target, silent }: FeedFacts): Trouble | null {
  const state = target?.state ?? null
  if (state === null)
    return {
      state: 'notPrepared',
      cause: 'its applier has never stood anywhere',
      remedy: `run: matapalo prepare ${domain}, and look whether a cdc worker runs`,
      recovers: false,
    }
  if (state.status === 'stopped')
    return {
      state: 'applierStopped',
      cause: `its applier ends with an error and begins again: ${state.reason ?? 'no reason given'}`,
      remedy: 'mend what the message names; it tries again by itself every second',
      recovers: true,
    }
  if (silent === undefined) return null
  const age = state.ageMs === null ? 'ever' : `for ${seconds(state.ageMs)}`
  if (!silent.marked)
    return {
      state: 'sourceDown',
      cause:
        'no marker could be written at its source: that database does not answer, or does not commit',
      remedy: 'look whether it runs, and whether its disk is full or slow',
      recovers: true,
    }
  if (silent.holder === null)
    return {
      state: 'noWorker',
      cause: `no cdc worker has the feed, nothing was applied ${age}`,
      remedy: 'start the cdc worker; it goes on where the feed stood',
      recovers: true,
    }
  if (silent.holder.waitsFor.length > 0)
    return {
      state: 'applierBlocked',
      cause: `its applier waits for a lock of ${silent.holder.waitsFor.join(', ')}`,
      remedy: 'end that transaction; the applier gives up after 10 s and tries again',
      recovers: true,
    }
  if (!silent.moves)
    return {
      state: 'connectorSilent',
      cause: `connector ${name} runs by its own word, and nothing reaches Kafka from it; nothing was applied ${age}. It starts or restarts, or Kafka has stood still for longer than its session (then everything pauses some seconds more)`,
      remedy: `wait some seconds; if it stays, look into the logs of Kafka Connect and Kafka, and restart it: POST /connectors/${name}/restart?includeTasks=true; after the death of a Kafka with one replica look for transactions that nobody ends: kafka-transactions.sh find-hanging`,
      recovers: true,
    }
  return {
    state: 'applierSlow',
    cause: `changes reach Kafka, and its applier has committed nothing ${age} (its connection is ${silent.holder.idleMs > 1500 ? 'idle' : 'at work'})`,
    remedy:
      silent.holder.idleMs > 1500
        ? 'the worker is stopped or starved of processor time; another one takes over after 3 s if there is one'
        : 'it works on a long transaction, or the machine is starved of processor time; wait, or give it more',
    recovers: true,
  }
}
