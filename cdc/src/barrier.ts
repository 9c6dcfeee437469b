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

  constructor(barrier: Barrier, stands: string, state: ApplierState | null, ms: number) {
    super(
      `${barrier.domain}: the ${barrier.direction} applier ${stands} after ${Math.round(ms)} ms, ` +
        `limit is ${barrier.timeoutMs} ms; run: matapalo status ${barrier.domain}`,
    )
    this.state = state
  }
}

/** What is missing, in words; null when the barrier is passed. `final` means waiting cannot help. */
export function missing(
  barrier: Omit<Barrier, 'timeoutMs'>,
  state: ApplierState | null,
): { readonly stands: string; readonly final: boolean } | null {
  if (state === null) return { stands: 'has no state row in the target', final: false }
  if (state.status === 'quarantined') {
    return { stands: `is stopped by quarantine: ${state.reason ?? 'no reason given'}`, final: true }
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
      throw new BarrierTimeout(barrier, lacking.stands, state, ms)
    }
    await sleep(barrier.pollMs ?? 3)
  }
}
