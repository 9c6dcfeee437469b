/**
 * How long the window of one transfer may take, where several domains move in it.
 *
 * The slowest domain says how long requests may take to end: a drain that is too short for its
 * requests would unwind every transfer of the group. Locks and feeds get the tightest budget.
 *
 * Pure.
 *
 * @module
 */
import type { WindowBudgets } from './ledger/transfers.ts'

/** @param asked by whoever asks for the transfer, in place of the manifests' own */
export function windowBudgets(
  domains: readonly WindowBudgets[],
  asked: { readonly [key in keyof WindowBudgets]?: number | undefined } = {},
): WindowBudgets {
  const of = (key: keyof WindowBudgets): readonly number[] => domains.map((one) => one[key])
  return {
    drainMs: asked.drainMs ?? Math.max(...of('drainMs')),
    fenceMs: asked.fenceMs ?? Math.min(...of('fenceMs')),
    catchUpMs: asked.catchUpMs ?? Math.min(...of('catchUpMs')),
  }
}
