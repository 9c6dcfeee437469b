/**
 * Waits until the target has applied a given token. A fact in the target's database, not a guess
 * about lag: the state row must show the token, in mode apply, at the expected term, of the expected
 * marker generation, with no new rogue write. A token alone proves nothing, since a feed in audit
 * mode advances it too while nothing is applied.
 *
 * @module
 */
import { type Direction, MatapaloError } from '@matapalo/core'
import { type Db, sleep } from '@matapalo/runtime'
import { type ApplierState, readApplierState } from './applierState.ts'

export interface Barrier {
  readonly domain: string
  readonly direction: Direction
  readonly token: bigint
  /** The term the applier must be at. */
  readonly term: number
  /** The rogue count from before the transfer: one more fails the barrier. */
  readonly rogueAtMost: bigint
  readonly timeoutMs: number
  /** The source's marker generation; absent: not checked. */
  readonly generation?: string
  /** 3 by default (milliseconds between two looks). */
  readonly pollMs?: number
  readonly signal?: AbortSignal
}

/** The target did not reach the token in time, or cannot reach it. Nothing was changed. */
export class BarrierTimeout extends MatapaloError {
  readonly code = 'MATAPALO_BARRIER_TIMEOUT'
  override readonly retryable = true
  readonly state: ApplierState | null

  /** @param lacking `final`: nobody waited, so no time is told */
  constructor(barrier: Barrier, lacking: Lacking, state: ApplierState | null, ms: number) {
    const { domain, direction, timeoutMs } = barrier
    const waited = lacking.final
      ? `the ${direction} applier ${lacking.stands}, so what the owner has written last cannot arrive`
      : `the ${direction} applier ${lacking.stands} after ${Math.round(ms)} ms, limit is ${timeoutMs} ms`
    super(`${domain}: ${waited}; run: matapalo ${lacking.command ?? 'status'} ${domain}`)
    this.state = state
  }
}

export interface Lacking {
  /** After "the forward applier". */
  readonly stands: string
  /** Waiting cannot help. */
  readonly final: boolean
  /** To run next, `status` by default. */
  readonly command?: string
}

/** What is missing, in words; null when the barrier is passed. */
export function missing(
  barrier: Omit<Barrier, 'timeoutMs'>,
  state: ApplierState | null,
): Lacking | null {
  if (state === null) return { stands: 'has no state row in the target', final: false }
  if (state.status === 'quarantined') {
    const why = state.reason ?? 'no reason given'
    return {
      stands: `has stopped at a change that it cannot write (${why})`,
      final: true,
      command: 'quarantine',
    }
  }
  if (state.rogue > barrier.rogueAtMost) {
    const more = state.rogue - barrier.rogueAtMost
    return { stands: `met ${more} rogue write(s)`, final: true }
  }
  if (barrier.generation !== undefined && state.generation !== barrier.generation) {
    return { stands: `follows another marker generation (${state.generation})`, final: false }
  }
  if (state.term > barrier.term) {
    return { stands: `is at term ${state.term}, expected ${barrier.term}`, final: true }
  }
  if (state.mode !== 'apply') return { stands: `is in mode ${state.mode}, not apply`, final: false }
  if (state.term !== barrier.term) {
    return { stands: `is at term ${state.term}, expected ${barrier.term}`, final: false }
  }
  if (state.token < barrier.token) {
    return { stands: `stands at token ${state.token} of ${barrier.token}`, final: false }
  }
  return null
}

/**
 * @returns how long it took
 * @throws BarrierTimeout at the limit, at once where waiting cannot help
 */
export async function awaitApplied(
  targetDb: Pick<Db, 'query'>,
  barrier: Barrier,
): Promise<{ readonly ms: number; readonly state: ApplierState }> {
  const begun = performance.now()
  for (;;) {
    barrier.signal?.throwIfAborted()
    const state = await readApplierState(targetDb, barrier.domain, barrier.direction)
    const ms = performance.now() - begun
    const lacking = missing(barrier, state)
    if (lacking === null && state !== null) return { ms, state }
    if (lacking !== null && (lacking.final || ms >= barrier.timeoutMs)) {
      throw new BarrierTimeout(barrier, lacking, state, ms)
    }
    await sleep(barrier.pollMs ?? 3)
  }
}
