/**
 * One run of a feed: messages in, target transactions out, until it is stopped or something fails.
 *
 * A batch that fails is rolled back and applied again transaction by transaction, op by op, so that
 * only the change that is really at fault goes to quarantine. When the failed batch was a part of a
 * transaction too long to be kept, the run ends with {@link Careful} and the next one reads it again.
 *
 * @module
 */
import { MatapaloError } from '@matapalo/core'
import { sleep } from '@matapalo/runtime'
import type { EnvelopeDecoder } from '../envelope.ts'
import type { Message } from '../feed.ts'
import { createAssembler, type Piece, type PieceEvent } from './pieces.ts'
import { createPlanner, EventRefused, type Work } from './plan.ts'
import { resolvedOffsets } from './quarantine.ts'
import { quarantine } from './refused.ts'
import { type Run, type StreamOptions, TryCarefully } from './run.ts'
import { errorFields, isRowsFault } from './session.ts'
import { passedOverFrom } from './supersede.ts'
import { targetTransaction } from './transaction.ts'
import { OpFailed } from './writeRows.ts'

/** Feed events in one target transaction, at most (one long source transaction may have more). */
const batchEvents = 2_000
/** How long an open tail is waited for (milliseconds). */
const tailMs = 20

export async function stream(options: StreamOptions, signal: AbortSignal): Promise<void> {
  const { session, own, topic, standing, decoder } = options
  const { domain, direction } = own
  const [skips, retried] = await resolvedOffsets(session, domain, direction, standing.offset)
  const superseding = new Map(options.careful?.superseding)
  const passedOver = [
    ...(await passedOverFrom(session, domain, direction, standing.offset)),
    ...[...superseding.values()].map((one) => ({ ...one, from: one.offset })),
  ]
  const planner = createPlanner({
    ...own,
    translator: options.translator,
    emitter: options.emitter,
    skips,
    superseded: { at: superseding, passedOver },
  })
  const target = targetTransaction(session, own, options, standing)
  const assembler = createAssembler()
  const run: Run = {
    options,
    planner,
    target,
    signal,
    retried,
    superseding,
    careful: options.careful?.until ?? null,
  }
  let tail: NodeJS.Timeout | undefined
  /** What is being written, while the next messages are fetched and decoded. */
  let applying = Promise.resolve()

  const watchTail = (): void => {
    clearTimeout(tail)
    if (!assembler.tailOpen || target.standing.mode !== 'apply') return
    tail = setTimeout(() => {
      options.closeTail().catch((error: unknown) => {
        options.log.warn(errorFields(error), 'tail.notClosed')
        tail = setTimeout(watchTail, 200)
      })
    }, tailMs)
  }
  const onMessages = async (messages: readonly Message[]): Promise<void> => {
    clearTimeout(tail)
    if (options.delayMs !== undefined && options.delayMs > 0) await sleep(options.delayMs)
    for (const message of messages) {
      const event = decoded(decoder, message)
      if (event !== null) assembler.push(event)
    }
    await applying
    clearTimeout(tail)
    applying = applyPieces(run, assembler.take()).then(watchTail)
    applying.catch(ended.reject)
  }

  const ended = Promise.withResolvers<void>()
  ended.promise.catch(() => undefined)
  const onAbort = (): void => ended.reject(signal.reason)
  signal.addEventListener('abort', onAbort)
  try {
    const feed = await options.kafka.feed({
      topic,
      from: standing.offset,
      onMessages,
      onEnd: (error) => ended.reject(error),
    })
    try {
      signal.throwIfAborted()
      await ended.promise
    } finally {
      await feed.stop().catch(() => undefined)
      // The session is free for another run only then.
      await applying.catch(() => undefined)
      clearTimeout(tail)
    }
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

function decoded(decoder: EnvelopeDecoder, message: Message): PieceEvent | null {
  try {
    return decoder.decode(message)
  } catch (error) {
    return { type: 'broken', ...decoder.describe(message), error, payload: message.value }
  }
}

async function applyPieces(run: Run, pieces: readonly Piece[]): Promise<void> {
  let left = pieces
  while (left.length > 0) {
    const first = left[0]?.events[0]?.offset ?? 0n
    const singly = run.careful !== null && first <= run.careful
    left = left.slice(await applySome(run, left, singly))
  }
}

/** @returns how many pieces were taken */
async function applySome(run: Run, pieces: readonly Piece[], singly: boolean): Promise<number> {
  const { planner, target } = run
  const wasOpen = target.open
  let taken = 1
  try {
    const planned = planner.plan(pieces, target.standing, singly ? 1 : batchEvents)
    taken = planned.taken
    const begun = performance.now()
    await target.apply(planned.work, singly)
    tell(run, planned.work, performance.now() - begun)
    return taken
  } catch (error) {
    const refused = refusalOf(error)
    if (refused === null) throw error instanceof OpFailed ? error.cause : error
    await target.rollback()
    if (singly) return quarantine(run, pieces[0], error)
    const last =
      error instanceof EventRefused
        ? error.event.offset
        : (pieces[taken - 1]?.events.at(-1)?.offset ?? 0n)
    // Earlier parts of this transaction went with the rollback and are not in memory any more.
    if (wasOpen) throw new TryCarefully(last, run.superseding)
    run.careful = last
    return 0
  }
}

const refusalOf = (error: unknown): unknown => {
  if (error instanceof EventRefused || error instanceof OpFailed) {
    const { cause } = error
    // A lost connection or a deadlock is nobody's fault: the run starts again.
    if (error instanceof OpFailed && !isRowsFault(cause) && !(cause instanceof MatapaloError)) {
      return null
    }
    return cause
  }
  if (error instanceof MatapaloError && error.code === 'MATAPALO_NOT_A_LITERAL') return error
  return isRowsFault(error) ? error : null
}

function tell({ options, target }: Run, work: Work, durationMs: number): void {
  options.observer.committed({
    changes: work.applied,
    echoes: work.echoes,
    rogues: work.rogues.length,
    discarded: work.discarded,
    durationMs,
    standing: target.standing,
    markers: work.ends ? work.markers : [],
  })
  if (work.rogues.length > 0) {
    const [rogue] = work.rogues
    options.log.error(
      { code: 'MATAPALO_ROGUE_WRITE', rogues: work.rogues.length, table: rogue?.table },
      'rogue.found',
    )
  }
}
