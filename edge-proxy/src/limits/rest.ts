/**
 * Content that nobody wants any more: its answer has been given, and what the client still sends is
 * read and dropped so that the connection can serve again. That is a courtesy, and has a pace like
 * any content: without one, an upstream that answers early would give a slow sender an hour.
 *
 * @module
 */
import type { IncomingMessage } from 'node:http'
import { octetMs } from './pace.ts'

/** The answer was given: less patience than before it, ms. */
const graceMs = 5_000
const everyMs = 1_000

interface Rest {
  readonly message: IncomingMessage
  readonly since: number
  readonly octets: number
}

const resting = new Set<Rest>()
let timer: NodeJS.Timeout | undefined

/** Ends the connection unless the rest of the content comes in time. */
export function dropRest(message: IncomingMessage): void {
  if (message.complete || message.destroyed) return
  resting.add({ message, since: performance.now(), octets: message.socket.bytesRead })
  timer ??= setInterval(check, everyMs).unref()
}

function check(): void {
  const now = performance.now()
  for (const rest of resting) {
    const { message, since, octets } = rest
    const { socket } = message
    if (message.complete || socket.destroyed) resting.delete(rest)
    else if (now - since > graceMs + (socket.bytesRead - octets) * octetMs) {
      resting.delete(rest)
      socket.destroy()
    }
  }
  if (resting.size > 0) return
  clearInterval(timer)
  timer = undefined
}
