/** Exit codes, the same for every command. */
export const exitCodes = {
  /** What was asked for is done. */
  done: 0,
  /** Refused or unwound: nothing changed. */
  refused: 1,
  /** It may or may not have happened; look before trying again. */
  unknown: 2,
  /** The command line makes no sense. */
  usage: 64,
} as const

/** Ends the command with a code and, on stderr, what to say. */
export class Exit extends Error {
  readonly code: number
  readonly errorCode: string
  /** Known to be safe to ask again. */
  readonly retryable: boolean

  constructor(code: number, message: string, errorCode = 'MATAPALO_CLI', retryable = false) {
    super(message)
    this.code = code
    this.errorCode = errorCode
    this.retryable = retryable
  }
}
