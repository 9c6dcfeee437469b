/**
 * A process that asks at a fixed rate, whatever is answered: `openLoop.ts PORT PATH RATE SECONDS`.
 *
 * A latency counts from the moment at which a request was due, so that whoever answers late is not
 * asked less. A connection that its server closes as it is used again has cost nobody an answer: the
 * request goes out once more, on a new one, as every client does. Prints one line of JSON.
 *
 * @module
 */
import { connect, type Socket } from 'node:net'

const [port = '', path = '', rate = '', seconds = ''] = process.argv.slice(2)
const perMs = Number(rate) / 1_000
const total = Math.round(Number(rate) * Number(seconds))
const octets = Buffer.from(`GET ${path} HTTP/1.1\r\nHost: shop.test\r\n\r\n`)
const most = 512

const idle: Socket[] = []
const waiting: number[] = []
const latencies: number[] = []
let open = 0
let sent = 0
let errors = 0

const due = new Map<Socket, number>()

function give(socket: Socket): void {
  const next = waiting.shift()
  if (next === undefined) idle.push(socket)
  else ask(socket, next)
}

function ask(socket: Socket, at: number): void {
  due.set(socket, at)
  socket.write(octets)
}

function dial(at: number): void {
  open += 1
  let answers = 0
  const socket = connect({ port: Number(port), host: '127.0.0.1', noDelay: true })
  let text = ''
  ask(socket, at)
  socket.setEncoding('latin1')
  socket.on('data', (chunk) => {
    text += chunk
    const head = text.indexOf('\r\n\r\n')
    if (head < 0) return
    const length = Number(/content-length: *(\d+)/i.exec(text)?.[1] ?? 0)
    if (text.length < head + 4 + length) return
    if (!text.startsWith('HTTP/1.1 200')) errors += 1
    text = ''
    answers += 1
    latencies.push(performance.now() - (due.get(socket) as number))
    due.delete(socket)
    give(socket)
  })
  socket.on('error', () => undefined)
  socket.on('close', () => {
    open -= 1
    const asked = due.get(socket)
    due.delete(socket)
    if (asked !== undefined) {
      if (answers > 0 && text === '') dial(asked)
      else errors += 1
    }
    const place = idle.indexOf(socket)
    if (place >= 0) idle.splice(place, 1)
  })
}

const begun = performance.now()
function tick(): void {
  const now = performance.now()
  while (sent < total && begun + sent / perMs <= now) {
    const at = begun + sent / perMs
    sent += 1
    const socket = idle.pop()
    if (socket !== undefined) ask(socket, at)
    else if (open < most) dial(at)
    else waiting.push(at)
  }
  if (sent < total) setTimeout(tick, 1)
  else setTimeout(end, latencies.length + errors < total ? 2_000 : 0)
}

function end(): void {
  latencies.sort((a, b) => a - b)
  const at = (q: number): number =>
    latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * q))] ?? Number.NaN
  const lost = total - latencies.length - errors
  const result = { count: latencies.length, errors: errors + lost, p50: at(0.5), p99: at(0.99) }
  process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0))
}
tick()
