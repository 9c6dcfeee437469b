/**
 * The loop that writes one domain's changes of one direction to the target.
 *
 * It claims the state row, reads the topic from the stored offset, and applies whole source
 * transactions, several to one target transaction. Whatever goes wrong, it rolls back and starts
 * again from the stored offset; what cannot be applied goes to quarantine and stops this applier
 * only.
 *
 * @module
 */
import type { CompiledTable, Direction, Emit, TableShape } from '@matapalo/core'
import { type Db, type Log, type Session, sleep } from '@matapalo/runtime'
import type { MarkerSeen } from '../change.ts'
import { envelopeDecoder } from '../envelope.ts'
import type { Kafka } from '../feed.ts'
import { claimState, releaseClaim } from './claim.ts'
import { createEmitter } from './emitter.ts'
import { createOutbox } from './outbox.ts'
import { FeedBroken } from './plan.ts'
import { openQuarantines } from './quarantine.ts'
import { createTranslator } from './rowOps.ts'
import { type Careful, isCareful, QuarantineOpened } from './run.ts'
import { errorFields, withoutAnnotations } from './session.ts'
import { type Standing, type StateRow, setStatus } from './state.ts'
import { stream } from './stream.ts'
import { createRowWriter } from './writeRows.ts'

/** What a feed carries and where it goes; read anew at each start, since a person may have mended it. */
export interface FeedPlan {
  /** Application schema of the feed's source. */
  readonly sourceSchema: string
  readonly sourceShapes: readonly TableShape[]
  readonly targetShapes: readonly TableShape[]
  readonly maps: readonly CompiledTable[]
  readonly targetSchema: string
  /** What the other side's consumers are told of the changes; forward only. */
  readonly emits: readonly Emit[]
}

/** Told after the fact; must not throw. */
export interface ApplierObserver {
  committed(event: {
    readonly changes: number
    readonly echoes: number
    readonly rogues: number
    readonly discarded: number
    readonly durationMs: number
    readonly standing: Standing
    readonly markers: readonly MarkerSeen[]
  }): void
  stopped(code: string): void
}

export interface ApplierOptions {
  readonly domain: string
  readonly direction: Direction
  readonly topic: string
  readonly kafka: Kafka
  /** Of sessions made by `openApplierDb`. */
  readonly targetDb: Db
  /** Closes an open tail by a marker at the source; gives its token. */
  readonly closeTail: () => Promise<bigint>
  readonly topicId: () => Promise<string>
  readonly plan: () => Promise<FeedPlan>
  readonly observer: ApplierObserver
  readonly log: Log
  /** Tests only: how long each batch is kept back. 0 by default. */
  readonly delayMs?: number
  readonly staleClaimMs?: number
}

/** Runs until `signal` aborts; never throws. */
export async function runApplier(options: ApplierOptions, signal: AbortSignal): Promise<void> {
  const { domain, direction, observer } = options
  const log = options.log.child({ domain, direction })
  let careful: Careful | null = null
  let failures = 0
  while (!signal.aborted) {
    const begun = performance.now()
    try {
      await options.targetDb.session((session) => applyOnce(options, session, careful, signal, log))
      careful = null
      failures = 0
    } catch (error) {
      if (signal.aborted) return
      careful = isCareful(error) ? error.careful : null
      if (careful !== null) continue
      failures = performance.now() - begun > 5_000 ? 0 : failures + 1
      const fields = errorFields(error)
      observer.stopped(fields.code)
      log.warn(fields, 'applier.restarts')
      const waitMs = error instanceof FeedBroken ? 1_000 : Math.min(1_000, 50 * 2 ** failures)
      await sleep(waitMs, undefined, { signal }).catch(() => undefined)
    }
  }
}

async function applyOnce(
  options: ApplierOptions,
  session: Session,
  careful: Careful | null,
  signal: AbortSignal,
  log: Log,
): Promise<void> {
  const { domain, direction } = options
  await withoutAnnotations(session)
  const { claim, stored } = await claimState(session, {
    domain,
    direction,
    signal,
    log,
    ...(options.staleClaimMs === undefined ? {} : { staleMs: options.staleClaimMs }),
  })
  const own: StateRow = { domain, direction, claim }
  // A living process speaks at least this often, also inside a long transaction; and so it learns
  // that its connection was killed.
  const lost = new AbortController()
  const ping = setInterval(() => {
    session.execute('DO 0').catch((error: unknown) => lost.abort(error))
  }, 500)
  const either = AbortSignal.any([signal, lost.signal])
  try {
    await untilMended(session, own, either)
    const standing = { ...stored.standing, topicId: await knownTopic(options, stored.standing) }
    const plan = await options.plan()
    await setStatus(session, own, 'running', null)
    log.info({ offset: standing.offset.toString(), mode: standing.mode }, 'applier.running')
    await stream(
      {
        ...options,
        own,
        session,
        standing,
        careful,
        log,
        decoder: envelopeDecoder(domain, plan.sourceSchema, plan.sourceShapes),
        translator: createTranslator(plan.maps, direction),
        writer: createRowWriter(plan.targetShapes),
        emitter: createEmitter(plan.emits, plan.maps),
        outbox: createOutbox(plan.targetSchema, plan.targetShapes),
      },
      either,
    )
  } catch (error) {
    await session.execute('ROLLBACK').catch(() => undefined)
    if (!isCareful(error) && !(error instanceof QuarantineOpened) && !signal.aborted) {
      const reason = error instanceof Error ? error.message : String(error)
      await setStatus(session, own, 'stopped', reason).catch(() => undefined)
    }
    throw error
  } finally {
    clearInterval(ping)
    await releaseClaim(session, domain, direction, claim).catch(() => undefined)
  }
}

async function untilMended(session: Session, own: StateRow, signal: AbortSignal): Promise<void> {
  while ((await openQuarantines(session, own.domain, own.direction)) > 0) {
    await sleep(250, undefined, { signal })
  }
}

/** @throws FeedBroken when the topic is not the one whose offset is stored */
async function knownTopic(options: ApplierOptions, standing: Standing): Promise<string> {
  const id = await options.topicId()
  if (standing.topicId !== null && standing.topicId !== id) {
    throw new FeedBroken(options.domain, options.direction, 'the topic was made anew')
  }
  return id
}
