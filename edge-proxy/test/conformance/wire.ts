/**
 * Both ends of the edge as octets: an upstream that answers what a test writes down, and a client that
 * shows what came back.
 *
 * @module
 */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { until } from '@matapalo/runtime'

export interface Visit {
  readonly socket: Socket
  /** Everything received so far on its connection. */
  readonly text: string
  /** Only the head of this request. */
  readonly head: string
}

export interface WireUpstream {
  readonly url: string
  /** Connections ever accepted, and those still open. */
  readonly accepted: () => number
  readonly open: () => number
  stop(): Promise<void>
}

/** @param onHead called once for each head; content is left to the test */
export async function wireUpstream(onHead: (visit: Visit) => void): Promise<WireUpstream> {
  const sockets = new Set<Socket>()
  let accepted = 0
  const server = createServer((socket) => {
    accepted += 1
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => undefined)
    let text = ''
    let seen = 0
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1')
      for (;;) {
        const start = text.slice(seen).search(/(?:GET|HEAD|POST|PUT|DELETE) \//)
        const end = start < 0 ? -1 : text.indexOf('\r\n\r\n', seen + start)
        if (end < 0) return
        const head = text.slice(seen + start, end + 4)
        seen = end + 4
        onHead({ socket, text, head })
      }
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    accepted: () => accepted,
    open: () => sockets.size,
    stop: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

export interface WireClient {
  readonly socket: Socket
  readonly text: () => string
  readonly closed: () => boolean
  write(octets: string): void
  /** Waits until the text holds `what`. @throws with what there is after five seconds */
  see(what: string | RegExp): Promise<string>
  /** Waits for the end of the connection. */
  end(): Promise<string>
}

/** @param localAddress of the client, one of 127.0.0.0/8 */
export function wireClient(url: string, localAddress = '127.0.0.1'): WireClient {
  const socket = connect({ port: Number(new URL(url).port), host: '127.0.0.1', localAddress })
  let text = ''
  let closed = false
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1')
  })
  socket.on('error', () => undefined)
  socket.on('close', () => {
    closed = true
  })
  const wait = async (what: string, holds: () => boolean): Promise<string> => {
    const seen = await until(holds, { timeoutMs: 5_000, everyMs: 2 })
    if (!seen) throw new Error(`never saw ${what}, but: ${text.slice(-500)}`)
    return text
  }
  return {
    socket,
    text: () => text,
    closed: () => closed,
    write: (octets) => socket.write(Buffer.from(octets, 'latin1')),
    see: (what) =>
      wait(String(what), () => (typeof what === 'string' ? text.includes(what) : what.test(text))),
    end: () => wait('the end', () => closed),
  }
}

export const get = (path = '/orders', fields = ''): string =>
  `GET ${path} HTTP/1.1\r\nHost: shop\r\n${fields}\r\n`
export const post = (content: string, fields = ''): string =>
  `POST /orders HTTP/1.1\r\nHost: shop\r\nContent-Length: ${content.length}\r\n${fields}\r\n${content}`
export const ok = (content: string, fields = ''): string =>
  `HTTP/1.1 200 OK\r\nContent-Length: ${content.length}\r\n${fields}\r\n${content}`
export const handshake = (path = '/orders/live', fields = ''): string =>
  get(
    path,
    'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
      `Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n${fields}`,
  )
export const consent = (fields = ''): string =>
  `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n${fields}\r\n`
