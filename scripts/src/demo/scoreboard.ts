/**
 * The scoreboard for people.
 *
 * @module
 */
import Table from 'cli-table3'
import colors from 'picocolors'
import { unkept } from './promise.ts'
import type { Report } from './report.ts'

/** Lines to print at the end of a run. */
export function renderScoreboard(report: Report): string {
  const zero = (count: number): string =>
    count === 0 ? colors.green('0') : colors.red(colors.bold(String(count)))
  const whole = (value: number): string => Math.round(value).toLocaleString('en')
  const ms = (value: number): string => `${Math.round(value)} ms`
  const promise = new Table({ head: ['promise', 'count'], style: { head: [] } })
  promise.push(
    ['failed requests', zero(report.failedRequests)],
    ['lost writes', zero(report.lostWrites)],
    ['doubled writes', zero(report.doubledWrites)],
    ['stale reads of own writes', zero(report.staleReads)],
    ['forced logouts', zero(report.forcedLogouts)],
    ['paid orders without their stock', zero(report.paidWithoutStock)],
  )
  const figures = new Table({ head: ['what', 'measured'], style: { head: [] } })
  figures.push(
    ['requests', `${whole(report.requests)} (${whole(report.requestsPerSecond)}/s)`],
    ['writes / to the moving domain', `${whole(report.writes)} / ${whole(report.domainWrites)}`],
    ['own reads checked', whole(report.ownReads)],
    ['unanswered writes', whole(report.unknownWrites)],
    ['scheduled job: writes / refused runs', `${report.jobWrites} / ${report.refusedJobWrites}`],
    [
      'held requests, p99, longest',
      `${report.heldRequests}, ${ms(report.heldP99Ms)}, ${ms(report.heldMaxMs)}`,
    ],
    ['lag p50, p99', `${ms(report.lagP50Ms)}, ${ms(report.lagP99Ms)}`],
    ['lag during backfill p99', ms(report.lagDuringBackfillP99Ms)],
    ['backfill', `${whole(report.backfillRowsPerSecond)} rows/s`],
    ['rows verified equal', yes(report.verified)],
    ['stock = first − sold + restocked', yes(report.stockConserved)],
    ...theEnd(report),
    ...shopFigures(report),
  )
  const transfers = new Table({
    head: ['transfer', 'outcome', 'pause', 'steps (ms)'],
    style: { head: [] },
  })
  for (const one of report.transfers) {
    const steps = Object.entries(one.steps).map(([step, took]) => `${step} ${Math.round(took)}`)
    transfers.push([
      `${one.kind} ${one.domains.join(', ')}`,
      one.outcome,
      ms(one.pauseMs),
      inLines(steps, 5),
    ])
  }
  const verdict = report.promiseKept
    ? colors.green(colors.bold('The promise was kept.'))
    : colors.red(colors.bold(`${unkept(report.broken)}:\n  ${report.broken.join('\n  ')}`))
  const parts = [promise, figures, ...domainTable(report), transfers]
  const tables = parts.map((table) => table.toString()).join('\n')
  return `${tables}\n\n${verdict}\n`
}

function theEnd({ afterTheEnd }: Report): readonly [string, string][] {
  if (afterTheEnd === null) return []
  const { requests, failedRequests, evidence } = afterTheEnd
  const { proven, seen, unknown } = evidence
  return [
    ['requests without the monolith', `${requests.toLocaleString('en')}, ${failedRequests} failed`],
    ['still uses it: proven none, seen, unknown', `${proven}, ${seen}, ${unknown}`],
  ]
}

const yes = (is: boolean): string => (is ? 'yes' : colors.red('no'))

function shopFigures({ sessions, browser, stages, pssMiB }: Report): readonly [string, string][] {
  const all = stages.reduce((sum, one) => sum + one.seconds, 0)
  return [
    ['sessions from first to last', `${sessions.cookies} cookies, ${sessions.bearers} tokens`],
    ['bought with a browser', browser.skipped ?? `${browser.purchases} times`],
    ['memory of the whole stack', `${Math.round(pssMiB)} MiB`],
    [
      `stages, ${(all / 60).toFixed(1)} min`,
      inLines(
        stages.map(({ name, seconds }) => `${name} ${seconds.toFixed(0)} s`),
        4,
      ),
    ],
  ]
}

/** One line for each domain, where more than one moved. */
function domainTable({ domains, seconds }: Report): readonly Table.Table[] {
  const all = Object.entries(domains)
  if (all.length < 2) return []
  const table = new Table({
    head: [
      'domain',
      'req/s',
      'writes/s',
      'own reads',
      'failed',
      'lost',
      'doubled',
      'stale',
      'logouts',
    ],
    style: { head: [] },
  })
  for (const [name, one] of all) {
    table.push([
      name,
      (one.requests / seconds).toFixed(1),
      (one.writes / seconds).toFixed(1),
      one.ownReads,
      one.failedRequests,
      one.lostWrites,
      one.doubledWrites,
      one.staleReads,
      one.forcedLogouts,
    ])
  }
  return [table]
}

const inLines = (items: readonly string[], perLine: number): string => {
  const lines: string[] = []
  for (let n = 0; n < items.length; n += perLine) lines.push(items.slice(n, n + perLine).join(', '))
  return lines.join('\n')
}
