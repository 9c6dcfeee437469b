/**
 * The base of every error a user may meet. A `code` never changes its meaning; `retryable` means
 * *known* to be safe to try again; the message names the subject, the fact, the limit and the next
 * command.
 *
 * @module
 */
export abstract class MatapaloError extends Error {
  abstract readonly code: `MATAPALO_${string}`
  /** True only when a second try is known to be safe. */
  readonly retryable: boolean = false

  constructor(message: string, options?: { readonly cause?: unknown }) {
    super(message, options)
    this.name = new.target.name
  }
}

/** What an error looks like on the wire and in `--output json`. */
export interface ErrorBody {
  readonly code: string
  readonly message: string
  readonly retryable: boolean
}
