/**
 * A connection whose messages cannot be told apart any more: nothing further that arrives on it is
 * served, and it is closed so that the refusal still reaches the client (RFC 9112 9.6): first our
 * half, then, when the client has closed its own or a second later, the rest. Closed at once, the
 * octets that nobody read would make the kernel send a reset, which can overtake the answer.
 *
 * @module
 */
import type { Socket } from 'node:net'

const shutSockets = new WeakSet<Socket>()
/** How long a client may take to read the refusal, ms. */
const lingerMs = 1_000

/** No message of this connection is looked at any more. */
export const isShut = (socket: Socket): boolean => shutSockets.has(socket)

/** Nothing more is served; whoever writes the last answer then ends it with `destroySoon`. */
export function shut(socket: Socket): void {
  if (shutSockets.has(socket)) return
  shutSockets.add(socket)
  // Node's HTTP server calls it once an answer with `Connection: close` has been written.
  socket.destroySoon = () => linger(socket)
}

function linger(socket: Socket): void {
  if (socket.destroyed) return
  const limit = setTimeout(() => socket.destroy(), lingerMs)
  limit.unref()
  socket.once('close', () => clearTimeout(limit))
  socket.on('error', () => socket.destroy())
  socket.end()
  socket.resume()
}
