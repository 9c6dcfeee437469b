/**
 * When a failed connector may be started again: at once, then after twice as long each time, so that
 * one that fails for good is not started for ever at full speed. Half a minute of health forgets.
 *
 * Pure but for its memory; times are milliseconds of one clock.
 *
 * @module
 */

/** 2000 (two seconds) after the first start, doubling up to a minute. */
const firstMs = 2_000
const mostMs = 60_000
/** 30000: running for so long, the next failure is a first one. */
const healthyMs = 30_000

export interface BackOff {
  /** @returns true when it is time to start it again; counts the start */
  due(failed: boolean, nowMs: number): boolean
  /** Milliseconds to the next start; null: nothing has failed. */
  inMs(nowMs: number): number | null
}

export function createBackOff(): BackOff {
  let waitMs = 0
  let nextAt: number | null = null
  let wellSince: number | null = null
  return {
    due(failed, nowMs) {
      if (!failed) {
        wellSince ??= nowMs
        if (nowMs - wellSince >= healthyMs) {
          waitMs = 0
          nextAt = null
        }
        return false
      }
      wellSince = null
      if (nextAt !== null && nowMs < nextAt) return false
      waitMs = waitMs === 0 ? firstMs : Math.min(mostMs, waitMs * 2)
      nextAt = nowMs + waitMs
      return true
    },
    inMs: (nowMs) => (nextAt === null ? null : Math.max(0, nextAt - nowMs)),
  }
}
