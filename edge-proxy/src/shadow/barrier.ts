/**
 * Waiting until a side has applied everything that its domains' owner has committed up to now.
 *
 * @module
 */
import type { DomainState, Side } from '@matapalo/core'
import type { AppliedWatch } from '../freshness/applied.ts'
import type { Tokens } from '../freshness/tokens.ts'

/** False: not applied in time, or nobody can tell. Never rejects. */
export type Barrier = (domain: string, side: Side) => Promise<boolean>

export interface BarrierParts {
  readonly tokens: Pick<Tokens, 'take'>
  /** By the side whose database is read. */
  readonly applied: Readonly<Record<Side, Pick<AppliedWatch, 'wait'>>>
  readonly state: (domain: string) => DomainState | undefined
  readonly maxMs: number
}

export const barrierOver =
  ({ tokens, applied, state, maxMs }: BarrierParts): Barrier =>
  async (domain, side) => {
    const owner = state(domain)?.owner
    if (owner === undefined || owner === side) return true
    try {
      const token = await tokens.take(owner, domain)
      const outcome = await applied[side].wait(domain, token, performance.now() + maxMs)
      return outcome === 'applied'
    } catch {
      return false
    }
  }
