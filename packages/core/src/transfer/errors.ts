/** Errors of the transfer runner. */
import { type ErrorBody, MatapaloError } from '../errors.ts'

/** Another conductor leads. Whoever gets this stops where it stands and undoes nothing. */
export class LeaseLost extends MatapaloError {
  readonly code = 'MATAPALO_LEASE_LOST'
  constructor(what: string) {
    super(`${what}: another conductor holds the lease, this one stopped; run: matapalo status`)
  }
}

/** The commit point's outcome could not be read. The domain stays fenced and nothing is retried. */
export class OutcomeUnknown extends MatapaloError {
  readonly code = 'MATAPALO_OUTCOME_UNKNOWN'
  constructor(cause: unknown) {
    super(
      'the outcome of switchOwner is unknown and the ledger cannot be read; the domain stays fenced; ' +
        'when the ledger answers again run: matapalo status',
      { cause },
    )
  }
}

/** The conductor died or was replaced in mid transfer, before the commit point. */
export class TransferInterrupted extends MatapaloError {
  readonly code = 'MATAPALO_TRANSFER_INTERRUPTED'
  override readonly retryable = true
  constructor(step: string) {
    super(
      `the conductor was interrupted in ${step}, before the commit point; nothing changed; try again`,
    )
  }
}

export const errorBody = (error: unknown): ErrorBody =>
  error instanceof MatapaloError
    ? { code: error.code, message: error.message, retryable: error.retryable }
    : {
        code: 'MATAPALO_INTERNAL',
        message: error instanceof Error ? error.message : String(error),
        retryable: false,
      }
