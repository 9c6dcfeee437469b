/**
 * The words that the grammar is made of: names, identifiers, reasons, durations.
 *
 * @module
 */
import { z } from 'zod'

export const name = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,31}$/, 'is not a name (a-z, 0-9, _; starts with a letter; at most 32)')

/** A table, column, constraint or trigger as the database spells it. */
export const identifier = z.string().min(1).max(64)

export const reason = z.string().min(3, 'needs a reason, in words')
export const scalar = z.union([z.string(), z.number(), z.boolean()])
export const scalarOrNull = z.union([z.string(), z.number(), z.boolean(), z.null()])

export const durationPattern = /^(\d+)(ms|s|m|h|d)$/
export const duration = z
  .string()
  .regex(durationPattern, 'is not a duration; write a whole number and ms, s, m, h or d')

const unit: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}

export function durationMs(text: string): number {
  const [, count, of] = durationPattern.exec(text) ?? []
  return Number(count) * (unit[of ?? ''] ?? Number.NaN)
}

export type Scalar = string | number | boolean | null

/** A scalar of the document as the database's text: true and false are 1 and 0. */
export const textOf = (value: Scalar): string | null =>
  value === null ? null : typeof value === 'boolean' ? (value ? '1' : '0') : String(value)
