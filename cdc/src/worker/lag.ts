/**
 * End-to-end lag by markers, the last ten minutes of it.
 *
 * The source's clock stamps each marker; its offset from ours is measured once at an applier's
 * start, so a server on another machine may be some milliseconds off.
 *
 * @module
 */
import type { Direction } from '@matapalo/core'
import type { Db } from '@matapalo/runtime'

export interface LagSample {
  readonly domain: string
  readonly direction: Direction
  /** ISO time of the target's commit. */
  readonly at: string
  readonly ms: number
}

const keptMs = 600_000
/** A bound on memory whatever the number of markers: edges take many under load. */
const keptSamples = 20_000

export interface LagBook {
  add(sample: LagSample): void
  /** Of the last ten minutes, or since an epoch millisecond within them. */
  samples(since?: number): readonly LagSample[]
}

export function createLagBook(now: () => number = Date.now): LagBook {
  let kept: LagSample[] = []
  return {
    add(sample) {
      kept.push(sample)
      if (kept.length > 2 * keptSamples) kept = kept.slice(-keptSamples)
    },
    samples(since = 0) {
      const oldest = new Date(now() - keptMs).toISOString()
      kept = kept.filter(({ at }) => at >= oldest).slice(-keptSamples)
      if (since === 0) return kept
      const from = new Date(since).toISOString()
      // In order of time, so the newest are at the end.
      const at = kept.findLastIndex((sample) => sample.at < from)
      return kept.slice(at + 1)
    },
  }
}

/** Milliseconds to add to the server's clock to get ours. */
export async function clockOffset(db: Db): Promise<number> {
  const before = Date.now()
  const [row] = await db.query('SELECT CAST(UNIX_TIMESTAMP(NOW(6)) * 1000 AS CHAR) AS ms')
  return (before + Date.now()) / 2 - Number(row?.ms)
}
