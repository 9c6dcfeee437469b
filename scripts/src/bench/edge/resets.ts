/**
 * An upstream that breaks off before, during and after its answers, and counts what it did: each
 * request has a name, and whatever was done under one name twice is a doubled side effect.
 *
 * @module
 */
import { once } from 'node:events'
import { request } from 'node:http'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { atLeast, atMost, type BenchRow, figure } from '../bench.ts'

/** When the connection is reset; `idle`: after the answer, while the pool believes in it. */
export const moments = ['accept', 'head', 'done', 'answer', 'idle'] as const
type Moment = (typeof moments)[number]

export interface Breaker {
  readonly url: string
  /** How often each request was done. */
  readonly done: ReadonlyMap<string, number>
  readonly resets: () => number
  stop(): void
}

const whole = 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone'

/** Breaks off at every third request, at each moment in turn. */
export async function startBreaker(): Promise<Breaker> {
  const done = new Map<string, number>()
  const sockets = new Set<Socket>()
  let turn = 0
  let resets = 0
  const reset = (socket: Socket): void => {
    resets += 1
    socket.resetAndDestroy()
  }
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    socket.on('error', () => undefined)
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1')
      const end = text.indexOf('\r\n\r\n')
      if (end < 0) return
      const length = Number(/content-length: *(\d+)/i.exec(text)?.[1] ?? 0)
      const [, path = ''] = text.split(' ', 2)
      turn += 1
      const moment: Moment | undefined =
        turn % 3 === 0 ? moments[(turn / 3) % moments.length] : undefined
      if (moment === 'accept' || (moment === 'head' && length > 0)) return reset(socket)
      if (text.length < end + 4 + length) {
        turn -= 1
        return
      }
      text = text.slice(end + 4 + length)
      done.set(path, (done.get(path) ?? 0) + 1)
      if (moment === 'done') return reset(socket)
      if (moment === 'answer') {
        socket.write(whole.slice(0, -2), () => reset(socket))
        return
      }
      socket.write(whole)
      if (moment === 'idle') setTimeout(() => reset(socket), 1)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    // A TCP server has an address object while it listens.
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    done,
    resets: () => resets,
    stop: () => {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

/** @returns the status, or 0 when the connection was cut */
export function send(port: number, method: string, path: string, content: string): Promise<number> {
  return new Promise((resolve) => {
    const headers = { host: 'shop.test', 'content-length': Buffer.byteLength(content) }
    const req = request({ port, method, path, headers: method === 'GET' ? {} : headers })
    req.once('error', () => resolve(0))
    req.once('response', (answer) => {
      answer.resume()
      answer.once('end', () => resolve(answer.complete ? (answer.statusCode ?? 0) : 0))
      answer.once('error', () => resolve(0))
    })
    req.end(method === 'GET' ? undefined : content)
  })
}

const atOnce = 16

export async function resets(
  port: number,
  breaker: Breaker,
  count = 6_000,
): Promise<readonly BenchRow[]> {
  let next = 0
  let answered = 0
  let lied = 0
  const client = async (): Promise<void> => {
    while (next < count) {
      const n = next++
      // What has no content could be sent again, so it must not be; nor a GET, which may write too
      // where nobody has declared that it reads.
      const method = (['GET', 'PUT', 'POST', 'DELETE'] as const)[n % 4] as string
      const path = `/assets/effect-${n}`
      const status = await send(
        port,
        method,
        path,
        method === 'DELETE' ? '' : 'x'.repeat(n % 7 === 0 ? 40_000 : 10),
      )
      if (status !== 200) continue
      answered += 1
      if (breaker.done.get(path) !== 1) lied += 1
    }
  }
  await Promise.all(Array.from({ length: atOnce }, client))
  const doubled = [...breaker.done.values()].filter((times) => times > 1).length
  return [
    atMost('doubled side effects', doubled, '', 0),
    atMost('requests answered 200 and not done once', lied, '', 0),
    atLeast('connections reset', breaker.resets(), '', Math.floor(count / 6)),
    figure(`requests of ${count} answered 200`, answered, ''),
  ]
}
