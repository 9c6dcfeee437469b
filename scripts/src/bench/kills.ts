/**
 * `npm run bench -- kills`: each process killed at each step of a flip under load, one at a time. Says
 * for each whether the flip completed or unwound by itself, and how long until all was well again.
 *
 * Narrow it with `--process NAME` and `--step NAME`.
 *
 * @module
 */
import { stepNames } from '@matapalo/core'
import { Arena } from '../arena/arena.ts'
import { spread } from '../arena/figures.ts'
import { type StrikeResult, strike } from '../arena/strike.ts'
import type { ComponentName } from '../stack/index.ts'
import { Traffic } from '../traffic/trafficProcess.ts'
import { atMost, type BenchRow, figure } from './bench.ts'

export const killable: readonly ComponentName[] = [
  'control-plane',
  'cdc',
  'edge-1',
  'connect',
  'kafka',
  'monolith-db',
  'services-db',
]

/** A strike that went wrong is a row of the table, not the end of it. */
async function strikeOrSay(
  arena: Arena,
  process: ComponentName,
  step: string,
): Promise<StrikeResult> {
  const begun = performance.now()
  try {
    return await strike(arena, process, step)
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    const kind = (await arena.owner()) === 'monolith' ? 'cutover' : 'rollback'
    return { process, step, kind, outcome: 'stuck', backMs: performance.now() - begun, message }
  }
}

export async function benchKills(
  say: (line: string) => void,
  only: { readonly process?: string; readonly step?: string },
): Promise<readonly BenchRow[]> {
  const arena = await Arena.open({
    instance: `bench-${process.pid}`,
    books: 2_000,
    users: 700,
    orders: 500,
    env: { cdc: { CDC_HEARTBEAT_MS: '200' } },
  })
  const traffic = new Traffic(arena.loadOptions({ customers: 50, clerks: 12, rate: 100 }))
  const results: StrikeResult[] = []
  try {
    await arena.setOut()
    await traffic.prepare()
    await arena.rememberStock()
    await traffic.start()
    let failed = 0
    for (const name of killable) {
      if (only.process !== undefined && only.process !== name) continue
      for (const step of stepNames) {
        if (only.step !== undefined && only.step !== step) continue
        const result = await strikeOrSay(arena, name, step)
        const { failedRequests, staleReads } = await traffic.progress()
        say(
          `${name} at ${step}: ${result.kind} ${result.outcome}, well again after ${Math.round(result.backMs)} ms, ` +
            `${failedRequests - failed} requests failed, ${staleReads} stale in all ${result.message}`,
        )
        failed = failedRequests
        results.push(result)
      }
    }
    const known = await traffic.stop()
    const verdict = await arena.verdict({
      writes: known.writes,
      ownPrices: new Map(known.ownPrices),
    })
    for (const { at, what } of known.summary.stale) say(`${at} ms: ${what}`)
    for (const example of verdict.examples) say(example)
    const alone = results.filter(({ outcome }) => outcome === 'completed' || outcome === 'unwound')
    const back = spread(results.map(({ backMs }) => backMs))
    return [
      figure('kills', results.length, ''),
      atMost('flips that needed a person', results.length - alone.length, '', 0),
      figure('flips completed', alone.filter(({ outcome }) => outcome === 'completed').length, ''),
      atMost('longest until well again', back.maxMs / 1000, 's', 30),
      atMost('lost writes', verdict.lostWrites, '', 0),
      atMost('doubled writes', verdict.doubledWrites, '', 0),
      atMost('stale own reads', known.summary.staleReads, '', 0),
      figure('unanswered writes', verdict.unknownWrites, ''),
      figure('failed requests', known.summary.failedRequests, ''),
      figure('requests', known.summary.requests, ''),
    ]
  } finally {
    traffic.kill()
    await arena.close()
  }
}
