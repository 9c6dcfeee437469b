/**
 * Wires own reads: the databases that say what is applied, the store that all edges share.
 *
 * @module
 */
import { readApplierStates } from '@matapalo/cdc/applierState'
import type { Side } from '@matapalo/core'
import { type Db, type Lifecycle, type Log, openDb } from '@matapalo/runtime'
import type { EdgeConfig } from '../config.ts'
import { AppliedWatch } from '../freshness/applied.ts'
import { Freshness } from '../freshness/freshness.ts'
import { markerTokens } from '../freshness/markerToken.ts'
import { RedisTokenStore } from '../freshness/redisStore.ts'
import { Tokens } from '../freshness/tokens.ts'
import type { Subject } from '../identity/subject.ts'
import type { EdgeMetrics } from '../metrics.ts'
import { type Barrier, barrierOver } from '../shadow/barrier.ts'
import type { TableInForce } from '../tableInForce.ts'

/** Between two looks while a comparison waits, and the longest wait, ms. */
const comparingPollMs = 25
const barrierMaxMs = 5_000

export interface Freshening {
  readonly freshness: Freshness
  readonly store: RedisTokenStore
  /** The store may have forgotten. */
  readonly forgotten: () => void
  /** For comparisons, which nobody waits for: it looks at the databases less often. */
  readonly barrier: Barrier
}

export interface FresheningParts {
  readonly config: EdgeConfig
  readonly life: Lifecycle
  readonly inForce: TableInForce
  readonly metrics: EdgeMetrics
  readonly log: Log
  /** Another edge saw this session change. */
  readonly onSession: (subject: Subject) => void
  /** Asks for the newest table. */
  readonly refresh: () => Promise<void>
}

export function wireFreshening(parts: FresheningParts): Freshening {
  const { config, life, inForce, metrics, log, onSession, refresh } = parts
  const databases: Readonly<Record<Side, Db>> = {
    monolith: openDb({ url: config.monolithDbUrl, poolSize: 4, queryTimeoutMs: 2_000 }),
    service: openDb({ url: config.servicesDbUrl, poolSize: 4, queryTimeoutMs: 2_000 }),
  }
  for (const db of [databases.monolith, databases.service]) life.add('db', () => db.close())
  const store = new RedisTokenStore({
    url: config.redisUrl,
    log,
    onConnected: () => forgotten(),
    onSession,
  })
  const tokens = new Tokens(markerTokens(databases))
  const freshness = new Freshness({
    store,
    tokens,
    applied: {
      monolith: new AppliedWatch(() => readApplierStates(databases.monolith)),
      service: new AppliedWatch(() => readApplierStates(databases.service)),
    },
    state: (domain) => inForce.state(domain),
    refresh,
    report: metrics.freshness,
    log,
    readMaxMs: config.freshMax,
    writeMaxMs: config.tokenMax,
  })
  const forgotten = (): void => freshness.storeForgot([...inForce.watched, ...inForce.held])
  const barrier = barrierOver({
    tokens,
    applied: {
      monolith: new AppliedWatch(() => readApplierStates(databases.monolith), comparingPollMs),
      service: new AppliedWatch(() => readApplierStates(databases.service), comparingPollMs),
    },
    state: (domain) => inForce.state(domain),
    maxMs: barrierMaxMs,
  })
  return { freshness, store, forgotten, barrier }
}
