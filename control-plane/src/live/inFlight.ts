/**
 * Work in flight: how much there is, and a bounded wait until there is none.
 *
 * @module
 */
import type { Drain, Manifest, Side } from '@matapalo/core'
import { type Db, sleep } from '@matapalo/runtime'

/** 50 (milliseconds): between two looks. A moment without work is short, and the query is an index's. */
const lookEveryMs = 50

export const drainsOf = (manifest: Manifest, side: Side): readonly Drain[] =>
  manifest.drains.filter((one) => one.side === null || one.side === side)

export async function countInFlight(db: Pick<Db, 'query'>, { query }: Drain): Promise<number> {
  const [row] = await db.query(query)
  return Number(Object.values(row ?? {})[0] ?? 0)
}

export interface Settled {
  /** What there was when the wait began, and what the other side will have to complete. */
  readonly before: number
  readonly left: number
  readonly waitedMs: number
}

/** Ends when nothing is in flight, or every query's time is over. null: the manifest names none. */
export async function settleInFlight(
  db: Pick<Db, 'query'>,
  drains: readonly Drain[],
): Promise<Settled | null> {
  if (drains.length === 0) return null
  const begun = performance.now()
  const waited = (): number => performance.now() - begun
  const look = (): Promise<readonly number[]> =>
    Promise.all(drains.map((one) => countInFlight(db, one)))
  const sum = (counts: readonly number[]): number => counts.reduce((total, n) => total + n, 0)
  let counts = await look()
  const before = sum(counts)
  const open = (): boolean =>
    counts.some((count, at) => count > 0 && waited() < (drains[at]?.settleMs ?? 0))
  while (open()) {
    await sleep(lookEveryMs)
    counts = await look()
  }
  return { before, left: sum(counts), waitedMs: Math.round(waited()) }
}
