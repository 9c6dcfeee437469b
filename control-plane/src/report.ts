/** A transfer as the API, the demo and people read it. */
import type { Transfer } from './ledger/transfers.ts'

export const transferReport = (transfer: Transfer) => ({
  id: transfer.id,
  kind: transfer.kind,
  domains: transfer.domains,
  state: transfer.state,
  outcome: transfer.state === 'running' ? null : transfer.state,
  error: transfer.error,
  actor: transfer.options.actor,
  reason: transfer.options.reason,
  without: transfer.options.without,
  startedAt: transfer.startedAt,
  endedAt: transfer.finishedAt,
  pauseMs: transfer.pauseMs,
  /** Milliseconds of each step that was done, by name. */
  steps: Object.fromEntries(
    transfer.steps
      .filter(({ act, state }) => act === 'do' && state === 'done')
      .map(({ step, ms }) => [step, ms]),
  ),
  /** Every turn, undos and failed tries too, in order. */
  turns: transfer.steps,
})

export type TransferReport = ReturnType<typeof transferReport>
