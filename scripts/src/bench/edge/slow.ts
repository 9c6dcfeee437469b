/**
 * 500 connections that send an octet a second, half of them in their head, half in their content.
 *
 * @module
 */
import { connect, type Socket } from 'node:net'
import { sleep } from '@matapalo/runtime'
import { atMost, type BenchRow } from '../bench.ts'
import { leastMs, openLoop } from './latency.ts'
import type { Measured } from './process.ts'

const rate = 200
const heads = 'GET /assets/slow HTTP/1.1\r\nHost: shop.test\r\nX-Slow: '
const contents = 'POST /assets/slow HTTP/1.1\r\nHost: shop.test\r\nContent-Length: 100000\r\n\r\n'

export async function slow(
  { port }: Measured,
  each = 250,
  seconds = 15,
): Promise<readonly BenchRow[]> {
  const idle = await openLoop(port, rate, Math.min(seconds, 10))
  const open = new Set<Socket>()
  for (let n = 0; n < 2 * each; n += 1) {
    const socket = connect(port, '127.0.0.1')
    open.add(socket)
    socket.on('error', () => undefined)
    socket.once('close', () => open.delete(socket))
    socket.resume()
    socket.write(n % 2 === 0 ? heads : contents)
  }
  const drip = setInterval(() => {
    for (const socket of open) if (socket.writable) socket.write('a')
  }, 1_000)
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
