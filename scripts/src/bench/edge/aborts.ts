/**
 * Clients that leave before they are answered.
 *
 * @module
 */
import { connect } from 'node:net'
import { sleep, until } from '@matapalo/runtime'
import { atMost, type BenchRow } from '../bench.ts'
import type { MeasuredEdge } from './fronts.ts'
import { heldMiB } from './memory.ts'
import { descriptors } from './process.ts'

interface Counts {
  readonly asked: number
  readonly left: number
  readonly waiting: number
}

const atOnce = 200

async function countsOf(port: number): Promise<Counts> {
  const answer = await fetch(`http://127.0.0.1:${port}/counts`)
  return (await answer.json()) as Counts
}

/** Asks, and leaves as soon as the upstream has the request, or a moment later. */
function visit(port: number, stayMs: number): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.write('GET /assets/never HTTP/1.1\r\nHost: shop.test\r\n\r\n')
      setTimeout(() => socket.destroy(), stayMs)
    })
    socket.on('error', () => undefined)
    socket.once('close', () => resolve())
  })
}

async function visits(port: number, count: number): Promise<void> {
  let next = 0
  const visitor = async (): Promise<void> => {
    while (next < count) {
      next += 1
      await visit(port, 5 + (next % 50))
    }
  }
  await Promise.all(Array.from({ length: atOnce }, visitor))
}

/** Whoever is away is asked again and again, so the number goes up and down by some. */
async function most(pid: number): Promise<number> {
  let seen = 0
  for (let n = 0; n < 40; n += 1) {
    seen = Math.max(seen, descriptors(pid))
    await sleep(25)
  }
  return seen
}

export async function aborts(
  edge: MeasuredEdge,
  upstream: { readonly port: number },
  count = 10_000,
): Promise<readonly BenchRow[]> {
  await visits(edge.port, Math.ceil(count / 10))
  const quiet = async () => (await countsOf(upstream.port)).waiting === 0
  await until(quiet, { timeoutMs: 10_000, everyMs: 50 })
  const held = await heldMiB(edge)
  const before = await most(edge.pid)
  const begun = await countsOf(upstream.port)
  await visits(edge.port, count)
  await until(quiet, { timeoutMs: 10_000, everyMs: 50 })
  const ended = await countsOf(upstream.port)
  const asked = ended.asked - begun.asked
  const back = () => descriptors(edge.pid) <= before
  await until(back, { timeoutMs: 10_000, everyMs: 100 })
  const grown = Math.max(0, (await heldMiB(edge)) - held)
  return [
    {
      ...{ what: `requests of ${count} aborted clients that reached the upstream`, value: asked },
      ...{ unit: '', bar: `≥ ${count / 2}`, met: asked >= count / 2 },
    },
    atMost('of those, aborts that did not reach it', asked - (ended.left - begun.left), '', 0),
    atMost('descriptors more than before', Math.max(0, descriptors(edge.pid) - before), '', 0),
    atMost('memory more than before', Math.round(grown * 10) / 10, 'MiB', 20),
  ]
}
