/**
 * `npm run demo`: the catalogue leaves the bookshop and comes back, live.
 *
 * Exit codes: 0 the promise was kept, 1 it was broken or not proven, 2 the run itself failed, 64 usage,
 * 130 interrupted before the verdict.
 *
 * @module
 */
import { writeFileSync } from 'node:fs'
import { MatapaloError } from '@matapalo/core'
import colors from 'picocolors'
import { Arena } from '../arena/arena.ts'
import { Traffic } from '../traffic/trafficProcess.ts'
import { Killer, killEnvironment } from './killer.ts'
import { type DemoOptions, demoOptions } from './options.ts'
import { renderScoreboard } from './scoreboard.ts'
import type { Show } from './stage.ts'
import { demoStages } from './stages/index.ts'
import { tell } from './tell.ts'

const begun = performance.now()
const say = (line: string): void => {
  const seconds = ((performance.now() - begun) / 1000).toFixed(1).padStart(6)
  process.stdout.write(`${colors.dim(`${seconds} s`)}  ${line}\n`)
}

async function demo(options: DemoOptions): Promise<boolean> {
  say('starting the stack')
  const arena = await Arena.open({
    instance: options.keep ? 'main' : `demo-${process.pid}`,
    ...options,
    env: {
      'control-plane': killEnvironment(options.kills),
      cdc: { CDC_HEARTBEAT_MS: '200' },
    },
  })
  onStop(() => arena.close())
  say(`stack ready in ${(arena.stack.startedMs / 1000).toFixed(1)} s; seeding`)
  await arena.seed()
  const traffic = new Traffic(arena.loadOptions(options))
  onStop(() => traffic.kill())
  const killer = new Killer(arena.stack, options.kills, (line) => say(colors.red(line)))
  onStop(() => killer.stop())
  const show: Show = {
    options,
    arena,
    traffic,
    say: (line) => say(`  ${line}`),
    transfers: [],
    backfills: [],
    rowsPerSecond: 0,
    verified: false,
    trafficSince: 0,
  }
  for (const stage of demoStages) {
    say(colors.bold(stage.title))
    killer.stage(stage.name)
    await stage.run(show)
    if (stage.name === 'traffic') killer.begin()
  }
  killer.stop()
  const result = await traffic.stop()
  const trafficUntil = Date.now()
  say('traffic has ended; comparing what clients were told with what the owner holds')
  await Promise.all([arena.lag.collect(), arena.holds.collect()])
  const verdict = await arena.verdict({
    writes: result.writes,
    ownPrices: new Map(result.ownPrices),
  })
  const { summary } = result
  const refusedJobWrites = await arena.refusedJobRuns()
  const report = tell(show, {
    summary,
    verdict,
    refusedJobWrites,
    kills: killer.done,
    trafficUntil,
  })
  for (const { at, what } of [...summary.failures, ...summary.stale]) say(`  ${at} ms: ${what}`)
  for (const example of verdict.examples) say(`  ${example}`)
  process.stdout.write(`\n${renderScoreboard(report)}`)
  if (options.report !== null) {
    writeFileSync(options.report, `${JSON.stringify(report, null, 2)}\n`)
  }
  if (options.keep) {
    keeping = true
    say(`everything goes on running; the shop is at ${arena.stack.urls['edge-1']}`)
    say('look with: npm run matapalo -- status catalog')
    say('end it with Ctrl-C here, or with: npm run stack -- down --instance main')
    await ended
  }
  return report.promiseKept
}

/** The run is over and told: a signal is then its ordinary end, and the verdict its exit code. */
let keeping = false
/** Resolves at the first SIGINT or SIGTERM. */
const ended = new Promise<void>((resolve) => {
  process.once('SIGINT', () => resolve()).once('SIGTERM', () => resolve())
})
const endings: (() => unknown)[] = []
const onStop = (end: () => unknown): void => {
  endings.unshift(end)
}
let stopping: Promise<void> | undefined
const stopAll = (): Promise<void> => {
  stopping ??= (async () => {
    for (const end of endings) await end()
  })()
  return stopping
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    if (!keeping) void stopAll().finally(() => process.exit(130))
  })
}

try {
  const kept = await demo(demoOptions(process.argv.slice(2)))
  await stopAll()
  process.exit(kept ? 0 : 1)
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  await stopAll()
  process.exit(error instanceof MatapaloError && error.code.includes('USAGE') ? 64 : 2)
}
