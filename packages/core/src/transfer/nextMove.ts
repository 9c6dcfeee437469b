/**
 * What a transfer does next, from its journal alone. The same function drives a healthy run, an
 * unwinding one, and whoever takes over after a kill.
 *
 * @module
 */
import {
  type Act,
  commitStep,
  type JournalEntry,
  type Step,
  type StepName,
  type TransferOutcome,
} from './steps.ts'

export type Move =
  | { readonly kind: 'turn'; readonly step: StepName; readonly act: Act }
  | { readonly kind: 'finish'; readonly outcome: TransferOutcome }

export const isCommitted = (entries: readonly JournalEntry[]): boolean =>
  entries.some((entry) => entry.step === commitStep && entry.act === 'do' && entry.state === 'done')

const has = (entries: readonly JournalEntry[], step: StepName, act: Act, done: boolean): boolean =>
  entries.some(
    (entry) => entry.step === step && entry.act === act && (!done || entry.state === 'done'),
  )

/**
 * @param abandon unwind whatever is not committed: the answer of a resumed transfer, whose held
 *   requests have waited for longer than its budgets already
 */
export function nextMove(
  steps: readonly Pick<Step, 'name' | 'undo'>[],
  entries: readonly JournalEntry[],
  abandon: boolean,
): Move {
  const forward = steps.find((step) => !has(entries, step.name, 'do', true))
  if (isCommitted(entries)) {
    return forward === undefined
      ? { kind: 'finish', outcome: 'completed' }
      : { kind: 'turn', step: forward.name, act: 'do' }
  }
  const unwinding =
    abandon || entries.some((entry) => entry.act === 'undo' || entry.state !== 'done')
  if (!unwinding && forward !== undefined) return { kind: 'turn', step: forward.name, act: 'do' }
  const back = steps.findLast(
    (step) =>
      step.undo !== undefined &&
      has(entries, step.name, 'do', false) &&
      !has(entries, step.name, 'undo', true),
  )
  return back === undefined
    ? { kind: 'finish', outcome: 'unwound' }
    : { kind: 'turn', step: back.name, act: 'undo' }
}
