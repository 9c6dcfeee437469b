/**
 * Contents of a gibibyte, and clients that read nothing of them.
 *
 * @module
 */
import { once } from 'node:events'
import { request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { sleep } from '@matapalo/runtime'
import { atMost, type BenchRow } from '../bench.ts'
import type { MeasuredEdge } from './fronts.ts'
import { growth } from './memory.ts'

const gibibyte = 2 ** 30
const block = Buffer.alloc(65_536)

/** @returns octets that the upstream says it had */
async function upload(port: number, length: number): Promise<number> {
  const headers = { host: 'shop.test', 'content-length': length }
  const req = request({ port, method: 'POST', path: '/assets/upload', headers })
  const answered = once(req, 'response')
  for (let left = length; left > 0; left -= block.length) {
    if (!req.write(block)) await once(req, 'drain')
  }
  req.end()
  const [answer] = await answered
  let text = ''
  for await (const chunk of answer) text += chunk
  return (JSON.parse(text) as { octets: number }).octets
}

async function download(port: number, length: number): Promise<number> {
  const req = request({ port, path: `/assets/zeros/${length}`, headers: { host: 'shop.test' } })
  req.end()
  const [answer] = await once(req, 'response')
  let octets = 0
  for await (const chunk of answer) octets += (chunk as Buffer).length
  return octets
}

const idleReaders = 200

export async function bulk(edge: MeasuredEdge, length = gibibyte): Promise<readonly BenchRow[]> {
  // Pools, code and buffers as they are in service.
  const warm = 64 * 2 ** 20
  const before = await upload(edge.port, warm)
  await download(edge.port, warm)
  let had = 0
  let got = 0
  const up = await growth(edge.pid, async () => {
    had = (await upload(edge.port, length)) - before
  })
  const down = await growth(edge.pid, async () => {
    got = await download(edge.port, length)
  })
  const sockets: Socket[] = []
  const stalled = await growth(edge.pid, async () => {
    for (let n = 0; n < idleReaders; n += 1) {
      const socket = connect(edge.port, '127.0.0.1').pause()
      socket.on('error', () => undefined)
      socket.write(`GET /assets/zeros/${length} HTTP/1.1\r\nHost: shop.test\r\n\r\n`)
      sockets.push(socket)
    }
    await sleep(5_000)
  })
  for (const socket of sockets) socket.destroy()
  const size = `${Math.round(length / 2 ** 20)} MiB`
  const rows = [
    atMost(`memory growth, upload of ${size}`, Math.round(up), 'MiB', 64),
    atMost(`memory growth, download of ${size}`, Math.round(down), 'MiB', 64),
    atMost(
      `memory growth, ${idleReaders} clients that read nothing`,
      Math.round(stalled),
      'MiB',
      64,
    ),
  ]
  return [
    ...rows,
    {
      what: 'octets that did not arrive',
      value: 2 * length - had - got,
      unit: '',
      bar: '0',
      met: had === length && got === length,
    },
  ]
}
