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
  samples(): readonly LagSample[]
}

export function createLagBook(now: () => number = Date.now): LagBook {
  let kept: LagSample[] = []
  return {
    add(sample) {
      kept.push(sample)
      if (kept.length > 2 * keptSamples) kept = kept.slice(-keptSamples)
    },
    samples() {
      const since = new Date(now() - keptMs).toISOString()
      kept = kept.filter(({ at }) => at >= since).slice(-keptSamples)
      return kept
    },
  }
}

/** Milliseconds to add to the server's clock to get ours. */
export async function clockOffset(db: Db): Promise<number> {
  const before = Date.now()
  const [row] = await db.query('SELECT CAST(UNIX_TIMESTAMP(NOW(6)) * 1000 AS CHAR) AS ms')
  return (before + Date.now()) / 2 - Number(row?.ms)
}
