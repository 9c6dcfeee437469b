/**
 * Runs a transfer: a loop over its journal. Before the commit point the first failure turns it
 * round and undoes in reverse order; after it every step is tried until it succeeds. An undo is
 * tried until it succeeds too, each time with a new `seq` and term, so a late write of an earlier
 * try is refused where it lands.
 *
 * @module
 */
import type { ErrorBody } from '../errors.ts'
import { errorBody, LeaseLost, OutcomeUnknown, TransferInterrupted } from './errors.ts'
import { isCommitted, nextMove } from './nextMove.ts'
import {
  commitStep,
  type Ended,
  type Journal,
  type JournalEntry,
  type Step,
  type TransferOutcome,
} from './steps.ts'

export interface RunOptions {
  /** True when an earlier conductor began it: what is not committed unwinds. */
  readonly resumed: boolean
  /** Waits before try number `attempt` (from 1) of an undo or of a step past the commit point. */
  readonly backOff: (attempt: number) => Promise<void>
  /** Told of each turn's end, for logs and metrics. */
  readonly onTurn?: (entry: JournalEntry, ended: Ended) => void
}

export interface TransferResult {
  readonly outcome: TransferOutcome
  /** Why it unwound. */
  readonly error?: ErrorBody
}

const settle = (entries: readonly JournalEntry[], ended: Ended): readonly JournalEntry[] =>
  entries.map((entry) =>
    entry.n === ended.n
      ? { ...entry, state: ended.state, ...(ended.error ? { error: ended.error } : {}) }
      : entry,
  )

const reason = (entries: readonly JournalEntry[]): ErrorBody => {
  const failed = entries.find((entry) => entry.act === 'do' && entry.state === 'failed')
  const open = entries.find((entry) => entry.act === 'do' && entry.state === 'begun')
  return failed?.error ?? errorBody(new TransferInterrupted(open?.step ?? 'claim'))
}

/** @throws {@link LeaseLost} when another conductor took over, {@link OutcomeUnknown} at the commit point */
export async function runTransfer(
  steps: readonly Step[],
  journal: Journal,
  options: RunOptions,
): Promise<TransferResult> {
  let entries = await journal.read()
  let ended: Ended | undefined
  for (let attempt = 0; ; ) {
    const move = nextMove(steps, entries, options.resumed)
    if (move.kind === 'finish') {
      const error = move.outcome === 'unwound' ? reason(entries) : undefined
      await journal.finish(move.outcome, ended, error)
      return error ? { outcome: move.outcome, error } : { outcome: move.outcome }
    }
    if (attempt > 0) await options.backOff(attempt)
    // nextMove named one of `steps`, and asks for an undo only where there is one.
    const step = steps.find(({ name }) => name === move.step)!
    const begun = journal.begin(move.step, move.act, ended)
    const early = step.light && move.act === 'do' ? outcomeOf(step.do(unnumbered(step))) : undefined
    const entry = await begun
    try {
      const detail = await (early
        ? early()
        : move.act === 'do'
          ? step.do(entry)
          : step.undo!(entry))
      ended = { n: entry.n, state: 'done', ...(detail ? { detail } : {}) }
    } catch (error) {
      if (error instanceof LeaseLost) throw error
      ended = { n: entry.n, state: 'failed', error: errorBody(error) }
    }
    entries = settle([...entries, entry], ended)
    if (ended.state === 'failed' && move.step === commitStep) {
      const truth = await reread(journal)
      if (isCommitted(truth)) [entries, ended] = [truth, undefined]
    }
    if (ended) options.onTurn?.(entry, ended)
    attempt =
      ended?.state === 'failed' && (move.act === 'undo' || isCommitted(entries)) ? attempt + 1 : 0
  }
}

const unnumbered = ({ name }: Step): JournalEntry => ({
  n: 0,
  step: name,
  act: 'do',
  state: 'begun',
  seq: 0,
  term: 0,
})

/** Takes a failure in hand at once; it is thrown when asked for. */
function outcomeOf<T>(work: Promise<T>): () => Promise<T> {
  work.catch(() => undefined)
  return () => work
}

async function reread(journal: Journal): Promise<readonly JournalEntry[]> {
  try {
    return await journal.read()
  } catch (cause) {
    if (cause instanceof LeaseLost) throw cause
    throw new OutcomeUnknown(cause)
  }
}
