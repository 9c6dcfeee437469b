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
  /** Milliseconds, over the last seconds; null: unknown, which is not small. */
  lagMs(domain: string, direction: Direction): Promise<number | null>
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

const millis = (at: number | string): number => (typeof at === 'number' ? at : Date.parse(at))

export function lagSource(stores: Stores, cdc: URL | null): LagSource {
  const asked = async (domain: string, direction: Direction): Promise<number | null> => {
    if (cdc === null) return null
    const response = await fetch(new URL('/lag', cdc), { signal: AbortSignal.timeout(1000) })
    const { samples } = answerSchema.parse(await response.json())
    const recent = samples.filter(
      (sample) =>
        sample.domain === domain &&
        sample.direction === direction &&
        millis(sample.at) > Date.now() - freshMs,
    )
    return recent.length === 0 ? null : Math.max(...recent.map(({ ms }) => ms))
  }
  const read = async (domain: string, direction: Direction): Promise<number | null> =>
    (await readApplierState(targetDb(stores, direction), domain, direction))?.ageMs ?? null
  return {
    lagMs: async (domain, direction) =>
      (await asked(domain, direction).catch(() => null)) ?? (await read(domain, direction)),
  }
}
