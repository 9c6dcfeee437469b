/**
 * How far a backfill has come, by what the *target* has committed, and whether to let it run on.
 *
 * Pure.
 *
 * @module
 */
import type { SnapshotRun } from './signals.ts'

export interface Progress {
  readonly rows: number
  readonly estimatedRows: number
  /** 0 to 100; 99 at most until the snapshot is complete, since the estimate is the server's. */
  readonly percent: number
  /** Over the last samples. */
  readonly rowsPerSecond: number
  /** null while nothing moves. */
  readonly etaSeconds: number | null
}

export interface Sample {
  readonly atMs: number
  /** `snapshot_rows` of the applier's state. */
  readonly snapshotRows: bigint
}

/** @param samples oldest first; a window of about ten seconds */
export function progressOf(
  run: SnapshotRun,
  samples: readonly Sample[],
  complete = false,
): Progress {
  const first = samples[0]
  const last = samples.at(-1)
  const rows = last === undefined ? 0 : Number(last.snapshotRows - BigInt(run.rowsBefore))
  const seconds = first === undefined || last === undefined ? 0 : (last.atMs - first.atMs) / 1000
  const moved =
    first === undefined || last === undefined ? 0 : Number(last.snapshotRows - first.snapshotRows)
  const rowsPerSecond = seconds > 0 ? moved / seconds : 0
  const estimatedRows = Math.max(run.estimatedRows, rows)
  const left = estimatedRows - rows
  const share = estimatedRows === 0 ? 0 : (rows / estimatedRows) * 100
  return {
    rows,
    estimatedRows,
    percent: complete ? 100 : Math.min(99, Math.floor(share)),
    rowsPerSecond: Math.round(rowsPerSecond),
    etaSeconds: complete ? 0 : rowsPerSecond > 0 ? Math.ceil(left / rowsPerSecond) : null,
  }
}

export interface ThrottleLimits {
  /** Pause above this lag, 600 by default (milliseconds); what is under way still comes on top. */
  readonly pauseAboveMs: number
  /** Resume below this one, 400 by default. */
  readonly resumeBelowMs: number
}

export const throttleLimits: ThrottleLimits = { pauseAboveMs: 600, resumeBelowMs: 400 }

/**
 * Live changes share the topic with snapshot rows, so a snapshot that outruns the applier makes them
 * late. An unknown lag pauses.
 */
export function throttle(
  lagMs: number | null,
  paused: boolean,
  limits: ThrottleLimits = throttleLimits,
): 'pause' | 'resume' | 'keep' {
  const lag = lagMs ?? Number.POSITIVE_INFINITY
  if (!paused && lag > limits.pauseAboveMs) return 'pause'
  if (paused && lag < limits.resumeBelowMs) return 'resume'
  return 'keep'
}
