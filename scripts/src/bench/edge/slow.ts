/**
 * 500 connections that send an octet a second, half of them in their head, half in their content.
 *
 * They come within a second, and each has its own beat: 500 in one turn of this process would measure
 * how long two processors take for 500 of anything.
 *
 * @module
 */
import { connect, type Socket } from 'node:net'
import { sleep } from '@matapalo/runtime'
import { atMost, type BenchRow } from '../bench.ts'
import { leastMs, openLoop } from './latency.ts'
import type { Measured } from './process.ts'

const rate = 200
/** 10 (milliseconds) */
const beatMs = 10
const heads = 'GET /assets/slow HTTP/1.1\r\nHost: shop.test\r\nX-Slow: '
const contents = 'POST /assets/slow HTTP/1.1\r\nHost: shop.test\r\nContent-Length: 100000\r\n\r\n'

export async function slow(
  { port }: Measured,
  each = 250,
  seconds = 15,
): Promise<readonly BenchRow[]> {
  const idle = await openLoop(port, rate, Math.min(seconds, 10))
  const sockets: Socket[] = []
  const open = new Set<Socket>()
  const dial = (): void => {
    const socket = connect(port, '127.0.0.1')
    sockets.push(socket)
    open.add(socket)
    socket.on('error', () => undefined)
    socket.once('close', () => open.delete(socket))
    socket.resume()
    socket.write(sockets.length % 2 === 0 ? heads : contents)
  }
  const perBeat = Math.ceil((2 * each * beatMs) / 1_000)
  let beat = 0
  const drip = setInterval(() => {
    for (let n = 0; n < perBeat; n += 1) {
      if (sockets.length < 2 * each) dial()
      else {
        const socket = sockets[(beat * perBeat + n) % sockets.length]
        if (socket?.writable) socket.write('a')
      }
    }
    beat += 1
  }, beatMs)
  const busy = await openLoop(port, rate, seconds)
  await sleep(100)
  clearInterval(drip)
  const left = open.size
  for (const socket of open) socket.destroy()
  const ratio = busy.p99 / Math.max(leastMs, idle.p99)
  return [
    atMost(`slow connections of ${2 * each} left after ${seconds} s`, left, '', 0),
    {
      ...{
        what: `p99 of others meanwhile, ${busy.p99.toFixed(1)} ms`,
        value: ratio,
        unit: '× idle',
      },
      ...{ against: 'idle', ratio, bar: '≤ 2 ×', met: ratio <= 2 },
    },
    atMost('failed requests of others', busy.errors, '', 0),
  ]
}
