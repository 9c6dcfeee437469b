/**
 * What one run of a feed is made of, and how it may end.
 *
 * @module
 */
import { MatapaloError } from '@matapalo/core'
import type { Log, Session } from '@matapalo/runtime'
import type { EnvelopeDecoder } from '../envelope.ts'
import type { ApplierOptions } from './applier.ts'
import type { Emitter } from './emitter.ts'
import type { Outbox } from './outbox.ts'
import type { Planner } from './plan.ts'
import type { Quarantined } from './quarantine.ts'
import type { Translator } from './rowOps.ts'
import type { Standing, StateRow } from './state.ts'
import type { Superseding } from './supersede.ts'
import type { TargetTransaction } from './transaction.ts'
import type { RowWriter } from './writeRows.ts'

/** Apply op by op up to this offset, and write these later versions in place of refused ones. */
export interface Careful {
  readonly until: bigint
  readonly superseding: ReadonlyMap<bigint, Superseding>
}

export class TryCarefully extends Error {
  readonly careful: Careful

  constructor(until: bigint, superseding: ReadonlyMap<bigint, Superseding>) {
    super('a part of a transaction failed: read it again')
    this.careful = { until, superseding }
  }
}

export const isCareful = (error: unknown): error is TryCarefully => error instanceof TryCarefully

/** A change was refused; the applier waits for a person. */
export class QuarantineOpened extends MatapaloError {
  readonly code = 'MATAPALO_QUARANTINE_OPENED'

  constructor(domain: string, direction: string, one: Quarantined) {
    super(
      `${domain}/${direction}: a change of ${one.table ?? '?'} is in quarantine (${one.code}); ` +
        `run: matapalo status ${domain}`,
    )
  }
}

export interface StreamOptions extends ApplierOptions {
  readonly own: StateRow
  readonly session: Session
  readonly standing: Standing
  readonly careful: Careful | null
  readonly decoder: EnvelopeDecoder
  readonly translator: Translator
  readonly writer: RowWriter
  readonly emitter: Emitter
  readonly outbox: Outbox
  readonly log: Log
}

export interface Run {
  readonly options: StreamOptions
  readonly planner: Planner
  readonly target: TargetTransaction
  readonly signal: AbortSignal
  /** Offsets that a person wants tried again. */
  readonly retried: ReadonlySet<bigint>
  readonly superseding: ReadonlyMap<bigint, Superseding>
  /** Up to this offset op by op. */
  careful: bigint | null
}
