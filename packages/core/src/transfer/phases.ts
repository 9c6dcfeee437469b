/**
 * Phases of a domain and what may follow each.
 *
 * @module
 */
import { otherSide, type Phase, type Side, type TransferKind } from '../vocabulary.ts'

export const phases: readonly Phase[] = [
  'registered',
  'backfill',
  'shadow',
  'canary',
  'cutover',
  'service',
  'decommissioned',
]

/** `cutover` may fall back to where it came from; a rollback returns from `service` to `backfill`. */
const following: Readonly<Record<Phase, readonly Phase[]>> = {
  registered: ['backfill'],
  backfill: ['shadow', 'canary', 'cutover'],
  shadow: ['backfill', 'canary', 'cutover'],
  canary: ['backfill', 'shadow', 'cutover'],
  cutover: ['backfill', 'shadow', 'canary', 'service'],
  service: ['backfill', 'decommissioned'],
  decommissioned: [],
}

export const nextPhases = (phase: Phase): readonly Phase[] => following[phase]

export interface TransferEnds {
  readonly from: Side
  readonly to: Side
  /** Phases it may start in. */
  readonly startsIn: readonly Phase[]
  /** Phase while it runs; null: unchanged. */
  readonly during: Phase | null
  readonly after: Phase
}

const ends: Readonly<Record<TransferKind, TransferEnds>> = {
  cutover: {
    from: 'monolith',
    to: otherSide('monolith'),
    startsIn: ['backfill', 'shadow', 'canary'],
    during: 'cutover',
    after: 'service',
  },
  rollback: {
    from: 'service',
    to: otherSide('service'),
    startsIn: ['service'],
    during: null,
    after: 'backfill',
  },
}

export const transferEnds = (kind: TransferKind): TransferEnds => ends[kind]
