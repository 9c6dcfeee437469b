/**
 * What comparing every read costs clients: the same open loop with it and without, and with a
 * candidate that hangs.
 *
 * @module
 */
import { atMost, type BenchRow, figure } from '../bench.ts'
import { load } from '../edge/load.ts'
import { ratioAtMost, spreadRow } from '../edge/statistics.ts'
import type { MutatingProxy } from './mutatingProxy.ts'
import { type Latencies, leastMs, openLoopOf } from './openLoopOf.ts'

export interface CostParts {
  /** Of an edge. */
  readonly port: number
  readonly shadow: (rate: number | null) => Promise<void>
  readonly proxy: MutatingProxy
  readonly say: (line: string) => void
}

const path = '/api/books/7'
const pairs = 10
const seconds = 10

export async function cost({ port, shadow, proxy, say }: CostParts): Promise<readonly BenchRow[]> {
  await shadow(null)
  await load({ port, path, connections: 32, seconds: 3 })
  const { perSecond } = await load({ port, path, connections: 32, seconds: 8 })
  const rate = Math.max(1, Math.round(perSecond / 5))
  const measured = { off: [] as number[], on: [] as number[], hangs: [] as number[] }
  let errors = 0
  const run = async (what: keyof typeof measured): Promise<void> => {
    proxy.hangs = what === 'hangs'
    await shadow(what === 'off' ? null : 1)
    const one: Latencies = await openLoopOf(port, path, rate, seconds)
    measured[what].push(one.p99)
    errors += one.errors
    proxy.hangs = false
  }
  for (let n = 0; n < pairs; n += 1) {
    const order = ['off', 'on', 'hangs'] as const
    // Whoever is first finds the machine as the last one left it.
    for (let k = 0; k < order.length; k += 1) await run(order[(n + k) % order.length] as 'off')
    const [off, on, hangs] = order.map((what) => (measured[what].at(-1) ?? Number.NaN).toFixed(1))
    say(`round ${n + 1} of ${pairs}: p99 off ${off} ms, on ${on} ms, hanging ${hangs} ms`)
  }
  const against = (values: readonly number[]): readonly number[] =>
    values.map((p99, n) => Math.max(leastMs, p99) / Math.max(leastMs, measured.off[n] as number))
  return [
    ratioAtMost('p99 with every read compared,', 'without', against(measured.on), 1.2),
    ratioAtMost('p99 with a candidate that hangs,', 'without', against(measured.hangs), 1.2),
    figure('a fifth of saturation', rate, 'requests/s'),
    spreadRow('p99 without', measured.off, 'ms'),
    spreadRow('p99 with every read compared', measured.on, 'ms'),
    spreadRow('p99 with a candidate that hangs', measured.hangs, 'ms'),
    atMost('failed requests, open loop', errors, '', 0),
  ]
}
