/**
 * How far a feed is behind, end to end: source commit to target commit.
 *
 * The worker measures it by its own markers. When it cannot be asked, the age of the last commit at
 * the target stands in: the heartbeat commits at least once a second.
 *
 * @module
 */
import { readApplierState } from '@matapalo/cdc/applierState'
import type { Direction } from '@matapalo/core'
import { z } from 'zod'
import { type Stores, targetDb } from './stores.ts'

export interface LagSource {
  /** Milliseconds, the worst of the last seconds; null: unknown, which is not small. */
  lagMs(domain: string, direction: Direction): Promise<number | null>
  /** Milliseconds, as of the newest marker, or its age when the next one is late. */
  nowMs(domain: string, direction: Direction): Promise<number | null>
}

const answerSchema = z.object({
  samples: z.array(
    z.object({
      domain: z.string(),
      direction: z.enum(['forward', 'reverse']),
      at: z.union([z.number(), z.string()]),
      ms: z.number(),
    }),
  ),
})

/** 3000 (three seconds): samples older than that say nothing about now. */
const freshMs = 3000
/** 600 (milliseconds): the worker writes a marker every 250; a later one is late. */
const lateMs = 600

const millis = (at: number | string): number => (typeof at === 'number' ? at : Date.parse(at))

export function lagSource(stores: Stores, cdc: URL | null): LagSource {
  const recent = async (domain: string, direction: Direction, withinMs: number) => {
    if (cdc === null) return []
    const url = new URL(`/lag?since=${Date.now() - withinMs}`, cdc)
    const response = await fetch(url, { signal: AbortSignal.timeout(1000) })
    const { samples } = answerSchema.parse(await response.json())
    return samples.filter((one) => one.domain === domain && one.direction === direction)
  }
  const worst = async (domain: string, direction: Direction): Promise<number | null> => {
    const samples = await recent(domain, direction, freshMs)
    return samples.length === 0 ? null : Math.max(...samples.map(({ ms }) => ms))
  }
  const newest = async (domain: string, direction: Direction): Promise<number | null> => {
    const last = (await recent(domain, direction, 5_000)).at(-1)
    if (last === undefined) return null
    const age = Date.now() - millis(last.at)
    return age > lateMs ? Math.max(age, last.ms) : last.ms
  }
  const read = async (domain: string, direction: Direction): Promise<number | null> =>
    (await readApplierState(targetDb(stores, direction), domain, direction))?.ageMs ?? null
  return {
    lagMs: async (domain, direction) =>
      (await worst(domain, direction).catch(() => null)) ?? (await read(domain, direction)),
    nowMs: async (domain, direction) =>
      (await newest(domain, direction).catch(() => null)) ?? (await read(domain, direction)),
  }
}
