/**
 * Requests a second at saturation, side by side: each round measures everybody once, one after the
 * other, so that what the machine does meanwhile meets all of them.
 *
 * @module
 */
import type { BenchRow } from '../bench.ts'
import { figure } from '../bench.ts'
import { load } from './load.ts'
import { type Measured, processorMs } from './process.ts'
import { median, ratioAtLeast, spreadRow } from './statistics.ts'

export interface Rounds {
  readonly pairs: number
  readonly seconds: number
}

export const connections = 64
export const path = '/api/books/42'

export interface Rival {
  readonly front: Measured
  /** What this edge must do of what it does. */
  readonly bar?: number
}

export async function throughput(
  edge: Measured,
  rivals: readonly Rival[],
  { pairs, seconds }: Rounds,
  say: (line: string) => void,
): Promise<readonly BenchRow[]> {
  const fronts = [edge, ...rivals.map(({ front }) => front)]
  const rates = new Map(fronts.map(({ name }) => [name, [] as number[]]))
  const costs = new Map(fronts.map(({ name }) => [name, [] as number[]]))
  let errors = 0
  for (const { port } of fronts) await load({ port, path, connections, seconds: 2 })
  for (let round = 0; round < pairs; round += 1) {
    // Turned by one each time: nobody is always measured after the same neighbour.
    const order = fronts.map((_, n) => fronts[(n + round) % fronts.length] as Measured)
    for (const { name, port, pid } of order) {
      const before = processorMs(pid)
      const one = await load({ port, path, connections, seconds })
      costs.get(name)?.push(((processorMs(pid) - before) * 1000) / one.requests)
      rates.get(name)?.push(one.perSecond)
      errors += one.errors
    }
    const line = fronts.map(({ name }) => `${name} ${Math.round(rates.get(name)?.at(-1) ?? 0)}`)
    say(`round ${round + 1} of ${pairs}: ${line.join(', ')} requests/s`)
  }
  const own = rates.get(edge.name) as number[]
  return [
    ...rivals.map(({ front, bar }) => {
      const theirs = rates.get(front.name) as number[]
      const ratios = own.map((rate, n) => rate / (theirs[n] as number))
      return ratioAtLeast('throughput', front.name, ratios, bar)
    }),
    ...fronts.map(({ name }) =>
      spreadRow(`throughput of ${name}`, rates.get(name) as number[], 'requests/s'),
    ),
    ...fronts.map(({ name }) =>
      figure(
        `processor time of ${name}`,
        Math.round(median(costs.get(name) as number[]) * 10) / 10,
        'µs a request',
      ),
    ),
    { what: 'failed requests', value: errors, unit: '', bar: '0', met: errors === 0 },
  ]
}

/** The same edge twice: one judges the bearer tokens of its requests, one lets them pass. */
export async function identityCost(
  judging: Measured,
  passing: Measured,
  tokens: readonly string[],
  { pairs, seconds }: Rounds,
  say: (line: string) => void,
): Promise<readonly BenchRow[]> {
  const run = (port: number, duration = seconds) =>
    load({ port, path, connections, seconds: duration, tokens })
  await run(judging.port, 3)
  await run(passing.port, 3)
  const ratios: number[] = []
  let errors = 0
  for (let round = 0; round < pairs; round += 1) {
    const order = round % 2 === 0 ? [judging, passing] : [passing, judging]
    const rates = new Map<Measured, number>()
    for (const front of order) {
      const one = await run(front.port)
      rates.set(front, one.perSecond)
      errors += one.errors
    }
    ratios.push((rates.get(judging) as number) / (rates.get(passing) as number))
    say(`round ${round + 1} of ${pairs}: identity on ${ratios.at(-1)?.toFixed(3)} × off`)
  }
  return [
    ratioAtLeast(
      `throughput with identity on (${tokens.length} tokens in turn)`,
      'identity off',
      ratios,
      0.8,
    ),
    {
      what: 'requests refused for their token',
      value: errors,
      unit: '',
      bar: '0',
      met: errors === 0,
    },
  ]
}
