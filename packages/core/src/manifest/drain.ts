/**
 * `drain:` — work in flight, such as a checkout that waits for its payment: how it is counted, and
 * whether a transfer waits for it.
 *
 * @module
 */
import { z } from 'zod'
import type { Drain } from './model.ts'
import { duration, durationMs } from './words.ts'

const query = z.string().regex(/^\s*select\s/i, 'is not a SELECT')

const counted = z.strictObject({
  query: query.describe('One number: the pieces of work in flight; tables with their schema'),
  database: z
    .enum(['monolith', 'service'])
    .optional()
    .describe('The side it is asked of, while that side owns the domain; absent: either'),
  settle: duration
    .optional()
    .describe('A transfer lets it finish for this long, then goes on; absent: it must be 0'),
})

export const drainSchema = z
  .union([query, counted, z.array(counted).min(1)])
  .describe('Work in flight; one query for each side, where the tables differ')

export type DrainDocument = z.infer<typeof drainSchema>

export function drainsOf(written: DrainDocument | undefined): readonly Drain[] {
  if (written === undefined) return []
  const all = typeof written === 'string' ? [{ query: written }] : [written].flat()
  return all.map((one: z.infer<typeof counted>) => ({
    query: one.query,
    side: one.database ?? null,
    settleMs: one.settle === undefined ? null : durationMs(one.settle),
  }))
}
