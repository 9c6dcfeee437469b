/**
 * `npm run bench -- edge`: the edge beside what would stand in its place.
 *
 * `--quick` takes fewer and shorter pairs, for whoever works on the edge (`--pairs` and `--seconds` say it
 * exactly); `--only NAMES` takes some parts.
 *
 * @module
 */

import { join } from 'node:path'
import type { BenchRow } from '../bench.ts'
import { benchParity } from '../parity.ts'
import { benchProbes } from '../probes.ts'
import { aborts } from './aborts.ts'
import { bulk } from './bulk.ts'
import { bookshopTable, plainTable, startControl } from './control.ts'
import { cutOff } from './cut.ts'
import { edgeFlips } from './flips.ts'
import {
  startBulkUpstream,
  startEdge,
  startHaproxy,
  startNginx,
  startProxy,
  startUpstream,
} from './fronts.ts'
import { latency } from './latency.ts'
import { loader } from './load.ts'
import type { Measured } from './process.ts'
import { resets, startBreaker } from './resets.ts'
import { slow } from './slow.ts'
import { identityCost, type Rival, type Rounds, throughput } from './throughput.ts'

export interface EdgeBenchOptions {
  readonly quick: boolean
  /** Parts, comma-separated; undefined: all. */
  readonly only?: string | undefined
  /** Instead of the bench's own. */
  readonly pairs?: string | undefined
  readonly seconds?: string | undefined
  readonly flips?: string | undefined
  /** The one step at which an edge is cut off. */
  readonly step?: string | undefined
}

type Say = (line: string) => void
type Stoppable = { stop(): Promise<void> | void }

async function withAll<T>(use: (keep: <S extends Stoppable>(one: S) => S) => Promise<T>) {
  const kept: Stoppable[] = []
  try {
    return await use((one) => {
      kept.push(one)
      return one
    })
  } finally {
    for (const one of kept.reverse()) await one.stop()
  }
}

const throughputPart = (rounds: Rounds, say: Say): Promise<readonly BenchRow[]> =>
  withAll(async (keep) => {
    const upstream = keep(await startUpstream())
    const url = `http://127.0.0.1:${upstream.port}`
    const control = keep(await startControl(bookshopTable(url)))
    const edge = keep(await startEdge(control))
    const proxy = async (name: string, file: string): Promise<Measured> =>
      keep(await startProxy(name, file, url))
    const rivals: Rival[] = [
      { front: await proxy('Express + http-proxy-middleware', 'express.ts'), bar: 1.6 },
      { front: await proxy('@fastify/http-proxy', 'fastify.ts'), bar: 1.1 },
      { front: await proxy('express-http-proxy', 'expressHttpProxy.mjs'), bar: 3 },
    ]
    const nginx = await startNginx(upstream.port)
    if (nginx !== undefined) rivals.push({ front: keep(nginx), bar: 0.3 })
    const haproxy = await startHaproxy(upstream.port)
    if (haproxy !== undefined) rivals.push({ front: keep(haproxy) })
    rivals.push({ front: await proxy('raw Node proxy over undici', 'rawUndici.ts') })
    return throughput(edge, rivals, rounds, say)
  })

const identityPart = (rounds: Rounds, say: Say): Promise<readonly BenchRow[]> =>
  withAll(async (keep) => {
    const upstream = keep(await startUpstream())
    const control = keep(await startControl(bookshopTable(`http://127.0.0.1:${upstream.port}`)))
    const judging = keep(await startEdge(control, { name: 'identity on', identity: true }))
    const passing = keep(await startEdge(control, { name: 'identity off' }))
    return identityCost(judging, passing, control.tokens(1_000), rounds, say)
  })

const latencyPart = (rounds: Rounds, say: Say): Promise<readonly BenchRow[]> =>
  withAll(async (keep) => {
    const upstream = keep(await startUpstream())
    const url = `http://127.0.0.1:${upstream.port}`
    const control = keep(await startControl(bookshopTable(url)))
    const edge = keep(await startEdge(control))
    const other = keep(await startProxy('Express + http-proxy-middleware', 'express.ts', url))
    return latency(edge, other, rounds, say)
  })

/** With a collector of garbage beside it, on a table without domains. */
const strained = (upstream: string, keep: <S extends Stoppable>(one: S) => S) =>
  startControl(plainTable(upstream)).then(async (control) =>
    keep(
      await startEdge(keep(control), {
        args: ['--expose-gc', '--import', join(import.meta.dirname, 'collect.ts')],
      }),
    ),
  )

const slowPart = (): Promise<readonly BenchRow[]> =>
  withAll(async (keep) => {
    const upstream = keep(await startUpstream())
    return slow(await strained(`http://127.0.0.1:${upstream.port}`, keep))
  })

const bulkPart = (): Promise<readonly BenchRow[]> =>
  withAll(async (keep) => {
    const upstream = keep(await startBulkUpstream())
    return bulk(await strained(`http://127.0.0.1:${upstream.port}`, keep))
  })

const abortsPart = (): Promise<readonly BenchRow[]> =>
  withAll(async (keep) => {
    const upstream = keep(await startBulkUpstream())
    const edge = await strained(`http://127.0.0.1:${upstream.port}`, keep)
    return aborts(edge, upstream)
  })

const resetsPart = (): Promise<readonly BenchRow[]> =>
  withAll(async (keep) => {
    const breaker = keep(await startBreaker())
    const { port } = await strained(breaker.url, keep)
    return resets(port, breaker)
  })

export async function benchEdge(say: Say, options: EdgeBenchOptions): Promise<readonly BenchRow[]> {
  const { quick, only } = options
  const rounds = (pairs: number): Rounds => ({
    pairs: Number(options.pairs ?? (quick ? 5 : pairs)),
    seconds: Number(options.seconds ?? (quick ? 2 : 10)),
  })
  const [long, short] = [rounds(15), rounds(10)]
  const parts: Readonly<Record<string, () => Promise<readonly BenchRow[]>>> = {
    throughput: () => throughputPart(long, say),
    identity: () => identityPart(short, say),
    latency: () => latencyPart(short, say),
    slow: slowPart,
    bulk: bulkPart,
    aborts: abortsPart,
    resets: resetsPart,
    probes: benchProbes,
    parity: () => benchParity(say, { quick }),
    cut: () => cutOff(say, options.step),
    flips: () => edgeFlips(say, { flips: Number(options.flips ?? (quick ? 10 : 100)), rate: 200 }),
  }
  const wanted = only?.split(',') ?? Object.keys(parts)
  const rows: BenchRow[] = []
  say(`load by ${loader}`)
  for (const name of wanted) {
    const part = parts[name]
    if (part === undefined) throw new TypeError(`no part ${name}: ${Object.keys(parts).join(', ')}`)
    say(`${name} …`)
    rows.push(...(await part()))
  }
  return rows
}
