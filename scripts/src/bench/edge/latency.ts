/**
 * What a proxy adds while it has half of what it could do: open loop, the same rate for both.
 *
 * @module
 */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { atMost, type BenchRow, figure } from '../bench.ts'
import { load } from './load.ts'
import type { Measured } from './process.ts'
import { ratioAtMost, spreadRow } from './statistics.ts'
import { connections, path, type Rounds } from './throughput.ts'

export interface Latencies {
  readonly count: number
  readonly errors: number
  /** ms */
  readonly p50: number
  readonly p99: number
}

/** @param rate requests a second, sent whether earlier ones were answered or not */
export async function openLoop(port: number, rate: number, seconds: number): Promise<Latencies> {
  const script = join(import.meta.dirname, 'openLoop.ts')
  const args = [script, String(port), path, String(rate), String(seconds)]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 2] })
  let text = ''
  child.stdout?.on('data', (chunk) => {
    text += chunk
  })
  await new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  return JSON.parse(text) as Latencies
}

/** A baseline below this counts as this: differences under it are the machine's, ms. */
export const leastMs = 5

export async function latency(
  edge: Measured,
  other: Measured,
  { pairs, seconds }: Rounds,
  say: (line: string) => void,
): Promise<readonly BenchRow[]> {
  const rates: number[] = []
  for (const { port } of [edge, other]) {
    await load({ port, path, connections, seconds: 2 })
    rates.push((await load({ port, path, connections, seconds: Math.min(seconds, 5) })).perSecond)
  }
  const rate = Math.round(Math.min(...rates) / 2)
  const own: number[] = []
  const theirs: number[] = []
  const errors = { own: 0, theirs: 0 }
  for (let round = 0; round < pairs; round += 1) {
    for (const front of round % 2 === 0 ? [edge, other] : [other, edge]) {
      const one = await openLoop(front.port, rate, seconds)
      ;(front === edge ? own : theirs).push(one.p99)
      errors[front === edge ? 'own' : 'theirs'] += one.errors
    }
    const [a = Number.NaN, b = Number.NaN] = [own.at(-1), theirs.at(-1)]
    say(`round ${round + 1} of ${pairs}: p99 ${a.toFixed(1)} ms, ${other.name} ${b.toFixed(1)} ms`)
  }
  const ratios = own.map((p99, n) => p99 / Math.max(leastMs, theirs[n] as number))
  return [
    ratioAtMost('p99 at half of saturation, open loop,', other.name, ratios, 1.1),
    figure('rate of that', rate, 'requests/s'),
    spreadRow('p99 of this edge', own, 'ms'),
    spreadRow(`p99 of ${other.name}`, theirs, 'ms'),
    atMost('failed requests, open loop', errors.own, '', 0),
    figure(`failed requests of ${other.name}`, errors.theirs, ''),
  ]
}
