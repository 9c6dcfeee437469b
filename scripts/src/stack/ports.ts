/**
 * Ports without collisions. An instance takes a block of 40 ports below the ephemeral range; the
 * supervisor listens on the block's first port for as long as it lives, so two instances, of one
 * clone or of two, can never share a block, and a dead one's block is free at once.
 *
 * @module
 */
import { createServer, type Server, type Socket } from 'node:net'

const first = 20_000
const size = 40
const blocks = 300

export interface PortBlock {
  readonly base: number
  /** What to do with a connection to the first port. */
  onConnection(answer: (socket: Socket) => void): void
  release(): void
}

const listen = (port: number): Promise<Server | undefined> =>
  new Promise((resolve) => {
    const server = createServer()
    server.unref()
    server.once('error', () => resolve(undefined))
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => resolve(server))
  })

const isFree = async (port: number): Promise<boolean> => {
  const server = await listen(port)
  if (server === undefined) return false
  await new Promise((resolve) => server.close(resolve))
  return true
}

/**
 * The block it had before when that is free, else the lowest free one.
 *
 * @param offsets the ports of a block that will be used
 */
export async function claimPorts(offsets: readonly number[], before?: number): Promise<PortBlock> {
  const bases = Array.from({ length: blocks }, (_, block) => first + block * size)
  for (const base of before === undefined ? bases : [before, ...bases]) {
    const guard = await listen(base)
    if (guard === undefined) continue
    const free = await Promise.all(offsets.map((offset) => isFree(base + offset)))
    if (free.every(Boolean)) {
      return {
        base,
        onConnection: (answer) => guard.on('connection', answer),
        release: () => guard.close(),
      }
    }
    guard.close()
  }
  throw new Error(`no ${size} free ports between ${first} and ${first + blocks * size}`)
}
