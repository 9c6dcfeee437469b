/**
 * A stretch of network that can be cut: a port that passes everything on to another, until it does not.
 *
 * @module
 */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export interface Wire {
  /** The URL with the wire's own address in it. */
  readonly url: string
  /** Nothing passes any more, in either direction, and nobody is told. */
  cut(): void
  mend(): void
  stop(): Promise<void>
}

export async function startWire(to: string): Promise<Wire> {
  const target = new URL(to)
  const ends = new Set<Socket>()
  let whole = true
  const server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname)
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      ends.add(one)
      one.on('error', () => undefined)
      one.on('data', (octets) => {
        if (whole) other.write(octets)
      })
      one.on('close', () => {
        ends.delete(one)
        other.destroy()
      })
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = new URL(to)
  url.hostname = '127.0.0.1'
  url.port = String((server.address() as AddressInfo).port)
  const drop = (): void => {
    for (const end of ends) end.destroy()
  }
  return {
    url: url.href,
    cut() {
      whole = false
    },
    mend() {
      whole = true
      // What was lost on the way cannot be made up for: both sides begin anew.
      drop()
    },
    async stop() {
      drop()
      server.close()
      await once(server, 'close')
    },
  }
}
