/**
 * Request ids and W3C trace context (https://www.w3.org/TR/trace-context/), so that one request can
 * be followed through every process it touches.
 *
 * @module
 */
import { randomFillSync, randomUUID } from 'node:crypto'

const acceptedId = /^[A-Za-z0-9._-]{8,64}$/
const parent = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/
const nothing = /^0+$/

const pool = Buffer.alloc(4096)
let used = pool.length

/** Random hexadecimal digits, from a pool that is refilled when it is used up. */
function randomHex(bytes: number): string {
  if (used + bytes > pool.length) {
    randomFillSync(pool)
    used = 0
  }
  used += bytes
  return pool.toString('hex', used - bytes, used)
}

/** A caller's own id is kept when it is harmless. */
export const requestIdOf = (sent: string | string[] | undefined): string =>
  typeof sent === 'string' && acceptedId.test(sent) ? sent : randomUUID()

export interface Trace {
  readonly traceparent: string
  /** False: it begins here, and the caller's `tracestate` belongs to no trace (4.3). */
  readonly continues: boolean
}

/** Continues the caller's trace with a span of our own, or begins one. */
export function traceOf(sent: string | string[] | undefined): Trace {
  const match = typeof sent === 'string' ? parent.exec(sent) : null
  if (match === null) return beginning()
  const [, version, trace, span, flags, rest] = match as unknown as readonly string[]
  const known = version === '00'
  // 3.2.2: version ff and identifiers of zeroes are invalid; later versions may say more.
  if (version === 'ff' || (known && rest !== undefined)) return beginning()
  if (nothing.test(trace as string) || nothing.test(span as string)) return beginning()
  const sampled = (Number.parseInt(flags as string, 16) & 1).toString().padStart(2, '0')
  const traceparent = `00-${trace}-${randomHex(8)}-${known ? flags : sampled}`
  return { traceparent, continues: true }
}

const beginning = (): Trace => ({
  traceparent: `00-${randomHex(16)}-${randomHex(8)}-01`,
  continues: false,
})
