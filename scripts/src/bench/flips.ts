/**
 * `npm run bench -- flips [--rate N]`: 20 flips in a row, both ways, at 300 requests a second (or N)
 * with 30 % writes and a writer that bypasses HTTP.
 *
 * @module
 */
import { sleep } from '@matapalo/runtime'
import { Arena } from '../arena/arena.ts'
import { spread } from '../arena/figures.ts'
import { BypassWriter } from '../traffic/bypass.ts'
import { WriteLedger } from '../traffic/ledger.ts'
import { Tally } from '../traffic/tally.ts'
import { Traffic } from '../traffic/trafficProcess.ts'
import { atLeast, atMost, type BenchRow, figure } from './bench.ts'

const flips = 20
const between = 3_000
/** 0.95: of the rate asked for. Fewer requests would be another, easier, load. */
const reached = 0.95
/** Both applications have answered before anything is measured: a process needs some seconds under load. */
const warmMs = 15_000

export async function benchFlips(
  say: (line: string) => void,
  rate: number,
): Promise<readonly BenchRow[]> {
  const arena = await Arena.open({
    instance: `bench-${process.pid}`,
    books: 20_000,
    users: 1_200,
    orders: 1_000,
    env: { cdc: { CDC_HEARTBEAT_MS: '200' } },
  })
  const traffic = new Traffic(arena.loadOptions({ customers: 100, clerks: 20, rate }))
  try {
    await arena.setOut()
    await traffic.prepare()
    await arena.rememberStock()
    const tally = new Tally()
    const ledger = new WriteLedger()
    const bookIds = Array.from({ length: 50 }, (_, n) => 1_000 + n)
    const bypass = new BypassWriter(arena.shop, { ledger, tally }, { bookIds, perSecond: 20 })
    await traffic.start()
    bypass.start()
    const from = Date.now()
    await sleep(warmMs)
    for (const kind of ['cutover', 'rollback'] as const) {
      const view = await arena.transfer(kind, 'bench: warm-up')
      say(`warm-up ${kind}: ${view.outcome}, ${Math.round(view.pauseMs ?? Number.NaN)} ms`)
      await sleep(warmMs)
      if (!(await arena.verify())) say('verification is not clean')
    }
    const pauses: number[] = []
    const steps = new Map<string, number[]>()
    let completed = 0
    for (let n = 0; n < flips; n += 1) {
      await sleep(between)
      // One that unwound has changed nothing: the next tries the same again.
      const kind = (await arena.owner()) === 'monolith' ? 'cutover' : 'rollback'
      const view = await arena.transfer(kind, `bench: flip ${n + 1} of ${flips}`)
      const pause = view.pauseMs ?? Number.NaN
      say(
        `${kind}: ${view.outcome}, ${Math.round(pause)} ms${view.error ? `, ${view.error.message}` : ''}`,
      )
      if (view.state === 'completed') {
        completed += 1
        pauses.push(pause)
        for (const [step, ms] of Object.entries(view.steps)) {
          steps.set(step, [...(steps.get(step) ?? []), ms])
        }
      }
      if (!(await arena.verify())) say('verification is not clean')
    }
    await bypass.stop()
    const result = await traffic.stop()
    await Promise.all([arena.lag.collect(), arena.holds.collect()])
    const { summary } = result
    const verdict = await arena.verdict({
      writes: [...result.writes, ...ledger.writes],
      ownPrices: new Map(result.ownPrices),
    })
    for (const { at, what } of [...summary.failures, ...summary.stale]) say(`${at} ms: ${what}`)
    for (const example of verdict.examples) say(example)
    const pause = spread(pauses)
    const held = spread(arena.holds.within())
    const lag = spread(arena.lag.within({ from, to: Date.now() }))
    const memory = Object.entries(await arena.stack.pss())
    return [
      atLeast('flips completed', completed, 'flips', flips),
      atMost('pause of writes p50', pause.p50Ms, 'ms', 100),
      atMost('pause of writes max', pause.maxMs, 'ms', 300),
      atLeast('requests', summary.requests / summary.seconds, '/s', reached * rate),
      atLeast('writes', (100 * summary.writes) / summary.requests, '%', 30),
      atMost('failed requests', summary.failedRequests, '', 0),
      atMost('lost writes', verdict.lostWrites, '', 0),
      atMost('doubled writes', verdict.doubledWrites, '', 0),
      atMost('stale own reads', summary.staleReads, '', 0),
      atLeast('own reads', summary.ownReads / summary.seconds, '/s', 10),
      atLeast('writes to the domain', summary.domainWrites / summary.seconds, '/s', 20),
      figure('writes that bypass HTTP, refused', bypass.refused, ''),
      atLeast('held requests', held.count, '', 40),
      figure('held p99', held.p99Ms, 'ms'),
      atMost('lag p99', lag.p99Ms, 'ms', 250),
      figure('lag p50', lag.p50Ms, 'ms'),
      ...[...steps].map(([step, ms]) => figure(`step ${step} p50`, spread(ms).p50Ms, 'ms')),
      ...memory.map(([name, mib]) => figure(`memory of ${name}`, mib ?? 0, 'MiB')),
      atMost(
        'memory of the whole stack',
        memory.reduce((sum, [, mib]) => sum + (mib ?? 0), 0),
        'MiB',
        2560,
      ),
    ]
  } finally {
    traffic.kill()
    await arena.close()
  }
}
