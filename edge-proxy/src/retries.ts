/**
 * When a request may be sent again: when it provably was not sent, or when its route is declared to be
 * a read, it has no content, its upstream broke off before an answer, and the budget has one left.
 * Never otherwise: of what nobody declared only the method says that it reads, and a legacy application
 * may write on GET. Trying again to be accepted by an upstream that restarts costs it nothing, and is
 * not counted.
 *
 * @module
 */
import type { Decision } from '@matapalo/core'
import { EdgeError, UpstreamBroke, UpstreamSlow, UpstreamUnreachable } from './errors.ts'
import type { Exchange } from './exchange.ts'
import type { Outcome } from './forward/forward.ts'
import type { EdgeMetrics } from './metrics.ts'
import { RetryBudget } from './upstreams/retryBudget.ts'

/** A read whose upstream broke off before an answer is sent again this often. */
const readRetries = 2

export class Retries {
  readonly #maxMs: number
  readonly #metrics: Pick<EdgeMetrics, 'retried'>
  readonly #budget = new RetryBudget()

  /** @param maxMs from a request's first failure to its last try */
  constructor(maxMs: number, metrics: Pick<EdgeMetrics, 'retried'>) {
    this.#maxMs = maxMs
    this.#metrics = metrics
  }

  /** A request came in, and pays for a part of a retry. */
  request(): void {
    this.#budget.request()
  }

  /** @throws what is answered when another try is not safe, or no use any more */
  allow(
    exchange: Exchange,
    { upstream, route, access, writes }: Decision,
    { sent, slow, cause }: Outcome & { readonly kind: 'failed' },
    since: number,
  ): void {
    // Not the upstream's doing: the content was too large, or too slow.
    if (cause instanceof EdgeError) throw cause
    const late = performance.now() - since > this.#maxMs
    if (!sent) {
      if (late) throw new UpstreamUnreachable(upstream, cause)
      this.#metrics.retried('unsent')
      return
    }
    if (slow) throw new UpstreamSlow(upstream, cause)
    const reads = route?.declared === true && access === 'read' && writes.length === 0
    const safe = reads && !exchange.hasBody
    const again = safe && !late && ++exchange.resets <= readRetries && this.#budget.retry()
    if (!again) throw new UpstreamBroke(upstream, cause)
    this.#metrics.retried('read')
  }
}
