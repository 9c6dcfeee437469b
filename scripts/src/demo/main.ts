/**
 * `npm run demo`: a shop leaves its monolith, live.
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
import { keepLogs } from '../stack/instance.ts'
import { Traffic } from '../traffic/trafficProcess.ts'
import { Killer } from './killer.ts'
import { type DemoOptions, demoOptions, domainsOf } from './options.ts'
import type { StageReport } from './report.ts'
import { renderScoreboard } from './scoreboard.ts'
import type { Show, Stage } from './stage.ts'
import { catalogStages, shopStages } from './stages/index.ts'
import { tell } from './tell.ts'
import { demoVerdict } from './verdict.ts'

const begun = performance.now()
const say = (line: string): void => {
  const seconds = ((performance.now() - begun) / 1000).toFixed(1).padStart(6)
  process.stdout.write(`${colors.dim(`${seconds} s`)}  ${line}\n`)
}

/** What providers take to call back: long enough to be on its way when orders move. */
const callbackMs = 5_000

const open = (options: DemoOptions): Promise<Arena> =>
  Arena.open({
    instance: `demo-${process.pid}`,
    ...options,
    domains: domainsOf(options.only),
    env: {
      // A marker of each domain in each direction costs two commits and a message.
      cdc: { CDC_HEARTBEAT_MS: options.only === 'shop' ? '1000' : '200' },
      orders: { ORDERS_CALLBACK_DELAY_MS: String(callbackMs) },
      users: { ACCESS_TOKEN_TTL_S: '30' },
    },
  })

async function walk(
  show: Show,
  stages: readonly Stage[],
  killer: Killer,
): Promise<readonly StageReport[]> {
  const took: StageReport[] = []
  for (const stage of stages) {
    say(colors.bold(stage.title))
    killer.stage(stage.name)
    const from = performance.now()
    await stage.run(show)
    const seconds = (performance.now() - from) / 1000
    took.push({ name: stage.name, seconds: Math.round(seconds * 10) / 10 })
    if (stage.name === 'traffic') killer.begin()
  }
  return took
}

async function demo(options: DemoOptions): Promise<boolean> {
  const whole = options.only === 'shop'
  say('starting the stack')
  const arena = await open(options)
  onStop(() => arena.close())
  keepThem = () => say(`logs are kept in ${keepLogs(arena.stack.instance, 'demo-logs')}`)
  say(`stack ready in ${(arena.stack.startedMs / 1000).toFixed(1)} s; seeding`)
  await arena.seed()
  const traffic = new Traffic({
    ...arena.loadOptions(options),
    mix: whole ? 'shop' : 'catalog',
  })
  onStop(() => traffic.kill())
  const killer = new Killer(arena.stack, options.kills, (line) => say(colors.red(line)))
  onStop(() => killer.stop())
  const show: Show = {
    options,
    arena,
    traffic,
    killer,
    say: (line) => say(`  ${line}`),
    transfers: [],
    backfills: [],
    backfillRates: new Map(),
    background: new Map(),
    verified: new Map(),
    flips: [],
    incidents: new Set(),
    browser: null,
    browserSkipped: whole ? null : 'only the catalogue moves',
    stockBefore: new Map(),
    trafficSince: 0,
    afterTheEnd: null,
  }
  onStop(() => show.browser?.close())
  const stages = await walk(show, whole ? shopStages : catalogStages, killer)
  killer.stop()
  const pss = Object.values(await arena.stack.pss())
  const result = await traffic.stop()
  const trafficUntil = Date.now()
  say('traffic has ended; comparing what clients were told with what the owners hold')
  await Promise.all([arena.lag.collect(), arena.holds.collect()])
  const verdict = await demoVerdict(show, result)
  const { summary, lasting } = result
  const report = tell(show, {
    summary,
    lasting,
    verdict,
    refusedJobWrites: await arena.refusedJobRuns(),
    stages,
    pssMiB: pss.reduce((sum, mib) => sum + (mib ?? 0), 0),
    trafficUntil,
  })
  for (const { at, what } of [...summary.failures, ...summary.stale, ...summary.turnedAway]) {
    if (!show.incidents.has(`${at} ms: ${what}`)) say(`  ${at} ms: ${what}`)
  }
  for (const line of show.browser?.failures ?? []) say(`  browser: ${line}`)
  for (const example of verdict.examples) say(`  ${example}`)
  process.stdout.write(`\n${renderScoreboard(report)}`)
  if (options.report !== null) {
    writeFileSync(options.report, `${JSON.stringify(report, null, 2)}\n`)
  }
  if (options.keep) {
    keeping = true
    say(`everything goes on running; the shop is at ${arena.stack.urls['edge-1']}`)
    const { instance } = arena.stack
    say(`look with: npm run matapalo -- status catalog --instance ${instance}`)
    say(`end it with Ctrl-C here, or with: npm run stack -- down --instance ${instance}`)
    await ended
  }
  return report.promiseKept
}

/** What a run that did not keep its promise leaves for whoever asks why. */
let keepThem = (): void => {}
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
  if (!kept) keepThem()
  await stopAll()
  process.exit(kept ? 0 : 1)
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  keepThem()
  await stopAll()
  process.exit(error instanceof MatapaloError && error.code.includes('USAGE') ? 64 : 2)
}
