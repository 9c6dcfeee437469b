/**
 * Backfills: incremental snapshots that are started, watched, throttled, paused and ended.
 *
 * @module
 */
export {
  askedStatus,
  type SnapshotPhase,
  type SnapshotStatus,
  type SnapshotWatch,
  watchSnapshot,
  withNotice,
} from './snapshots/notices.ts'
export {
  type Progress,
  progressOf,
  type Sample,
  type ThrottleLimits,
  throttle,
  throttleLimits,
} from './snapshots/progress.ts'
export {
  pauseSnapshot,
  resumeSnapshot,
  SignalTooLong,
  type SnapshotRequest,
  type SnapshotRun,
  startSnapshot,
  stopSnapshot,
} from './snapshots/signals.ts'
