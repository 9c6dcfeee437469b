/**
 * `npm run bench -- edge`: the edge beside what would stand in its place.
 *
 * `--quick` takes fewer and shorter pairs, for whoever works on the edge; `--only NAMES` some parts.
 *
 * @module
 */
import type { BenchRow } from '../bench.ts'
import { bookshopTable, startControl } from './control.ts'
import { startEdge, startHaproxy, startNginx, startProxy, startUpstream } from './fronts.ts'
import { loader } from './load.ts'
import type { Measured } from './process.ts'
import { identityCost, type Rival, type Rounds, throughput } from './throughput.ts'

export interface EdgeBenchOptions {
  readonly quick: boolean
  /** Parts, comma-separated; undefined: all. */
  readonly only?: string | undefined
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

export async function benchEdge(say: Say, options: EdgeBenchOptions): Promise<readonly BenchRow[]> {
  const { quick, only } = options
  const long: Rounds = quick ? { pairs: 5, seconds: 2 } : { pairs: 15, seconds: 10 }
  const short: Rounds = quick ? { pairs: 5, seconds: 2 } : { pairs: 10, seconds: 10 }
  const parts: Readonly<Record<string, () => Promise<readonly BenchRow[]>>> = {
    throughput: () => throughputPart(long, say),
    identity: () => identityPart(short, say),
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
