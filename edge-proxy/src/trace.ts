/**
 * Request ids and W3C trace context (https://www.w3.org/TR/trace-context/), so that one request can
 * be followed through every process it touches.
 *
 * @module
 */
import { randomFillSync, randomUUID } from 'node:crypto'

const acceptedId = /^[A-Za-z0-9._-]{8,64}$/
const parent = /^00-([0-9a-f]{32})-[0-9a-f]{16}-([0-9a-f]{2})$/
const nothing = '0'.repeat(32)

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

/** Continues the caller's trace with a span of our own, or begins one. */
export function traceparentOf(sent: string | string[] | undefined): string {
  const match = typeof sent === 'string' ? parent.exec(sent) : null
  if (match !== null && match[1] !== nothing) return `00-${match[1]}-${randomHex(8)}-${match[2]}`
  return `00-${randomHex(16)}-${randomHex(8)}-01`
}
