/**
 * Plays many messages at once, each on a connection of its own, and is done when none is left.
 *
 * @module
 */
import { connect } from 'node:net'
import type { Generated } from './messages.ts'

/** Longest wait for what comes back, ms: most messages are whole, and answered at once. */
const limitMs = 150

const playOne = (port: number, { octets, leaves }: Generated): Promise<void> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    const limit = setTimeout(() => socket.destroy(), limitMs)
    socket.on('error', () => undefined)
    socket.on('close', () => {
      clearTimeout(limit)
      resolve()
    })
    socket.on('data', (chunk) => {
      // A final head is enough; what follows it is looked at elsewhere.
      if (!chunk.subarray(0, 12).includes(' 1')) socket.destroy()
    })
    socket.write(Buffer.from(octets, 'latin1'), () => {
      if (leaves === 'end') socket.end()
      else if (leaves === 'reset') socket.resetAndDestroy()
    })
  })

export async function play(port: number, messages: readonly Generated[]): Promise<void> {
  await Promise.all(messages.map((message) => playOne(port, message)))
}
