/**
 * Three edges flip together, there and back, again and again, under load through all of them.
 *
 * A request answered by the wrong owner shows: a write is refused by the fence (a failed request), or
 * is not in the owner's database at the end (lost), and a read misses its own write (stale).
 *
 * @module
 */
import { sleep } from '@matapalo/runtime'
import { Arena } from '../../arena/arena.ts'
import { spread } from '../../arena/figures.ts'
import { Traffic } from '../../traffic/trafficProcess.ts'
import { atLeast, atMost, type BenchRow, figure } from '../bench.ts'
import { startBalancer, startThirdEdge } from './thirdEdge.ts'

export interface FlipsOptions {
  readonly flips: number
  readonly rate: number
}

const betweenMs = 250
const warmMs = 10_000

/** The epoch that an edge has in force. */
async function epochOf(adminUrl: string): Promise<number> {
  const answer = await fetch(`${adminUrl}/readyz`)
  return ((await answer.json()) as { readonly epoch: number }).epoch
}

export async function edgeFlips(
  say: (line: string) => void,
  { flips, rate }: FlipsOptions,
): Promise<readonly BenchRow[]> {
  const arena = await Arena.open({
    instance: `bench-edges-${process.pid}`,
    books: 5_000,
    users: 1_200,
    orders: 500,
    env: { cdc: { CDC_HEARTBEAT_MS: '200' } },
  })
  const kept: { stop(): Promise<void> }[] = []
  let traffic: Traffic | undefined
  try {
    await arena.setOut()
    const third = await startThirdEdge(arena.stack)
    kept.push(third)
    const edges = [...arena.edges.map((edge) => arena.stack.urls[edge] ?? ''), third.url]
    const admins = arena.edges.map((edge) => arena.stack.urls[`${edge}.admin`] ?? '')
    const balancer = await startBalancer(edges)
    if (balancer !== undefined) kept.push(balancer)
    const load = arena.loadOptions({ customers: 60, clerks: 12, rate })
    const way = balancer === undefined ? edges : [`http://127.0.0.1:${balancer.port}`]
    say(balancer === undefined ? 'three edges' : 'HAProxy before three edges')
    traffic = new Traffic({ ...load, edges: way })
    await traffic.prepare()
    await arena.rememberStock()
    await traffic.start()
    await sleep(warmMs)
    const pauses: number[] = []
    let completed = 0
    let apart = 0
    for (let n = 0; n < flips; n += 1) {
      await sleep(betweenMs)
      const kind = (await arena.owner()) === 'monolith' ? 'cutover' : 'rollback'
      const view = await arena.transfer(kind, `bench: flip ${n + 1} of ${flips}`)
      const pause = view.pauseMs ?? Number.NaN
      if (view.state === 'completed') {
        completed += 1
        pauses.push(pause)
      }
      const why = view.error === null ? '' : `, ${view.error.message}`
      if (why !== '' || n % 10 === 9) {
        say(`${n + 1}: ${kind} ${view.outcome}, ${Math.round(pause)} ms${why}`)
      }
      const epochs = await Promise.all([...admins, third.adminUrl].map(epochOf))
      if (view.state === 'completed' && new Set(epochs).size > 1) apart += 1
    }
    await sleep(1_000)
    const result = await traffic.stop()
    const { summary } = result
    for (const { at, what } of [...summary.failures, ...summary.stale]) say(`${at} ms: ${what}`)
    const verdict = await arena.verdict({
      writes: result.writes,
      ownPrices: new Map(result.ownPrices),
    })
    const restarts: number[] = []
    for (let n = 0; n < 3; n += 1) restarts.push(await third.again())
    const pause = spread(pauses)
    return [
      atLeast('flips of three edges completed', completed, 'flips', flips),
      figure('requests', summary.requests / summary.seconds, '/s'),
      figure('writes', (100 * summary.writes) / summary.requests, '%'),
      atMost('failed requests', summary.failedRequests, '', 0),
      atMost('lost writes', verdict.lostWrites, '', 0),
      atMost('doubled writes', verdict.doubledWrites, '', 0),
      atMost('stale own reads', summary.staleReads, '', 0),
      figure('flips after which an edge was seen behind', apart, ''),
      figure('pause of writes p50', pause.p50Ms, 'ms'),
      figure('pause of writes max', pause.maxMs, 'ms'),
      atMost('killed edge serves again after, slowest of 3', Math.max(...restarts), 'ms', 1_000),
    ]
  } finally {
    traffic?.kill()
    for (const one of kept.reverse()) await one.stop()
    await arena.close()
  }
}
