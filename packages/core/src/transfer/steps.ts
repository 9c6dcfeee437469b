/**
 * The steps of a transfer and the journal they leave. Cutover and rollback are one protocol with
 * the ends swapped, so there is one list.
 *
 * @module
 */
import type { ErrorBody } from '../errors.ts'

export const stepNames = [
  'claim',
  'holdEdges',
  'fenceSource',
  'catchUp',
  'verifyLast',
  'advanceIds',
  'switchOwner',
  'announce',
  'openTarget',
  'releaseEdges',
] as const

export type StepName = (typeof stepNames)[number]

/** The commit point: before it every failure undoes, after it every failure is tried again. */
export const commitStep: StepName = 'switchOwner'

export type Act = 'do' | 'undo'

export interface JournalEntry {
  readonly n: number
  readonly step: StepName
  readonly act: Act
  /** `begun` that is not the running process's own means: may have happened, wholly or in part. */
  readonly state: 'begun' | 'done' | 'failed'
  /** Number for conditional writes outside the ledger (fences, owner markers); grows with each entry. */
  readonly seq: number
  /** Term of this attempt; each undo takes a new one. */
  readonly term: number
  readonly error?: ErrorBody
}

/** What a step tells about itself in `status` and the report. */
export type Detail = Readonly<Record<string, unknown>>

export interface Step {
  readonly name: StepName
  /**
   * Leaves nothing behind that a later conductor must know of, so it runs while its entry is being
   * written, and gets no `seq` or term (0).
   */
  readonly light?: boolean
  /** Runs with a `seq` and `term` that the journal already holds. */
  do(entry: JournalEntry): Promise<Detail | undefined>
  /** Absent: nothing to undo. Must succeed also when `do` never ran or ran in part. */
  undo?(entry: JournalEntry): Promise<Detail | undefined>
}

export interface Ended {
  readonly n: number
  readonly state: 'done' | 'failed'
  readonly detail?: Detail
  readonly error?: ErrorBody
}

export type TransferOutcome = 'completed' | 'unwound'

/** The ledger's side of the runner. Every write is refused with {@link LeaseLost} once another conductor leads. */
export interface Journal {
  /** All entries, oldest first. No write begun by an earlier leader may still land after it. */
  read(): Promise<readonly JournalEntry[]>
  /** Ends the entry before and begins the next one, in one write; gives its `seq` and `term`. */
  begin(step: StepName, act: Act, ended: Ended | undefined): Promise<JournalEntry>
  finish(
    outcome: TransferOutcome,
    ended: Ended | undefined,
    error: ErrorBody | undefined,
  ): Promise<void>
}
