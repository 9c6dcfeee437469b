/**
 * Sends raw octets to a server in front of a recording upstream, and says what came of them.
 *
 * @module
 */
import { createServer, type IncomingMessage } from 'node:http'
import { type AddressInfo, connect } from 'node:net'

export interface Reached {
  readonly line: string
  readonly fields: IncomingMessage['rawHeaders']
  body: string
  complete: boolean
}

/** A real server that remembers every head it saw, whether or not the rest of the message came. */
export interface Recorder {
  readonly port: number
  /** Since the last `clear`, canaries left out. */
  readonly reached: readonly Reached[]
  canaries(id: number): number
  clear(): void
  stop(): Promise<void>
}

const canaryPath = '/api/books/canary?n='

export async function record(): Promise<Recorder> {
  let reached: Reached[] = []
  const canaries = new Map<string, number>()
  const server = createServer({ keepAliveTimeout: 60_000 }, (req, res) => {
    const path = req.url ?? ''
    const line = `${req.method} ${path}`
    const isCanary = path.includes('/canary')
    if (isCanary) canaries.set(path, (canaries.get(path) ?? 0) + 1)
    const seen: Reached = { line, fields: req.rawHeaders, body: '', complete: false }
    if (!isCanary) reached.push(seen)
    req.setEncoding('latin1')
    req.on('data', (chunk: string) => {
      seen.body += chunk
    })
    req.on('error', () => undefined)
    req.on('end', () => {
      seen.complete = true
      res.end('the end')
    })
  })
  // An upgrade that got this far is a head that was seen.
  server.on('upgrade', (req, socket) => {
    reached.push({
      line: `${req.method} ${req.url}`,
      fields: req.rawHeaders,
      body: '',
      complete: true,
    })
    socket.destroy()
  })
  server.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    get reached() {
      return reached
    },
    canaries: (id) => canaries.get(canaryPath + id) ?? 0,
    clear: () => {
      reached = []
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

export interface Answers {
  /** In order of arrival, interim ones too. */
  readonly statuses: readonly number[]
  readonly closed: boolean
  readonly text: string
}

/** Waits for the end of the connection, for `until` in what came back, or for the limit. */
export function send(
  port: number,
  octets: Buffer,
  { until, limitMs }: { readonly until?: string; readonly limitMs: number },
): Promise<Answers> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    let text = ''
    const end = (closed: boolean): void => {
      clearTimeout(limit)
      socket.destroy()
      // A status line stands at the begin, or right behind a content, which never has a line break.
      const statuses = [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, code]) => Number(code))
      resolve({ statuses, closed, text })
    }
    const limit = setTimeout(() => end(false), limitMs)
    socket.setEncoding('latin1')
    socket.on('data', (chunk) => {
      text += chunk
      if (until !== undefined && text.includes(until)) end(false)
    })
    socket.on('error', () => undefined)
    socket.on('close', () => end(true))
    socket.write(octets)
  })
}

let canaryId = 0

/** A plain request after a vector: 200 to the client, and once at the upstream. */
export async function canary(port: number, recorder: Recorder): Promise<string> {
  const id = ++canaryId
  const head = `GET ${canaryPath}${id} HTTP/1.1\r\nHost: shop.test\r\n\r\n`
  const { statuses } = await send(port, Buffer.from(head), { until: 'the end', limitMs: 5_000 })
  return `${statuses.join(',') || 'nothing'}, at the upstream ${recorder.canaries(id)} ×`
}

export const goodCanary = '200, at the upstream 1 ×'
