/**
 * The listening socket: starts, and stops after the answers under way.
 *
 * @module
 */
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface RunningServer {
  readonly port: number
  /** Takes no new connections, closes idle ones, resolves when the last answer is out. */
  stop(): Promise<void>
}

/**
 * Idle connections live 20 s, longer than the edge holds a write (10 s at most) and longer than its
 * pool keeps them, so that the edge never sends a request into a closing connection.
 */
const keepAliveMs = 20_000

export async function listen(
  handler: RequestListener,
  host: string,
  port: number,
): Promise<RunningServer> {
  const server = createServer({ keepAliveTimeout: keepAliveMs, headersTimeout: 25_000 }, handler)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  return {
    // A TCP server's address is an object.
    port: (server.address() as AddressInfo).port,
    stop: () =>
      new Promise((resolve) => {
        // A connection whose answer is out becomes idle only then: look again until all are gone.
        const sweep = setInterval(() => server.closeIdleConnections(), 25)
        server.close(() => {
          clearInterval(sweep)
          resolve()
        })
      }),
  }
}
