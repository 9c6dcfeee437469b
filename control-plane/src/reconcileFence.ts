/** What to do about a fence that is not as the ledger says. Pure. */
import type { FenceState } from '@matapalo/cdc/fence'
import type { FenceIntent } from './ledger/fences.ts'

export type FenceVerdict =
  | { readonly kind: 'right' }
  /** Write it again, as the ledger says, at a new seq. */
  | { readonly kind: 'repair' }
  | { readonly kind: 'freeze'; readonly why: string }

export function judgeFence(actual: FenceState | null, intent: FenceIntent): FenceVerdict {
  const { side, closed, seq, term } = intent
  // No row: the triggers refuse everybody already, and only `prepare` may make it anew.
  if (actual === null) return { kind: 'freeze', why: `the fence row on the ${side} side is gone` }
  if (actual.seq > seq)
    return {
      kind: 'freeze',
      why: `the fence on the ${side} side carries seq ${actual.seq}, the ledger knows ${seq}`,
    }
  const same = actual.closed === closed && actual.term === term
  return same && actual.seq === seq ? { kind: 'right' } : { kind: 'repair' }
}
