/** status: one domain, or all of them. */
import { setTimeout as sleep } from 'node:timers/promises'
import { type Answer, segment } from '../client.ts'
import type { Command } from '../commander.ts'
import { bad, table } from '../output.ts'
import type { Context } from './context.ts'
import { type Fields, fields, list } from './fields.ts'

const backfillLine = (backfill: Fields): string => {
  if (backfill.state === 'running' || backfill.state === 'paused')
    return `${backfill.state}, ${backfill.percent ?? 0} %, ${backfill.rows ?? 0} of about ${backfill.estimatedRows ?? '?'} rows`
  const rows = backfill.rows === undefined ? '' : `, ${backfill.rows} rows`
  return `${backfill.state}${rows}${backfill.error === undefined ? '' : `: ${backfill.error}`}`
}

const transferLine = (transfer: Fields): string => {
  const pause = typeof transfer.pauseMs === 'number' ? `, writes paused ${transfer.pauseMs} ms` : ''
  return `${transfer.kind} ${transfer.id}: ${transfer.state}${pause}, begun ${transfer.startedAt}`
}

const fenceLine = (fence: unknown): string => {
  if (fence === null || fence === undefined) return 'cannot be read'
  return fields(fence).closed ? 'closed' : 'open'
}

const summary = (answer: Answer): string => {
  const verification = fields(answer.verification)
  const edges = list(answer.edges).filter(({ gone }) => gone !== true)
  const fences = fields(answer.fences)
  const manifest = fields(answer.manifest)
  const state = answer.hold ? ', writes held' : ''
  return table(
    [],
    [
      ['domain', answer.domain],
      ['manifest', `${manifest.file}, version ${manifest.version}`],
      ['phase', `${answer.phase}${answer.prepared ? '' : ', not prepared'}`],
      ['owner', `${answer.owner} (term ${answer.ownerTerm})${state}`],
      ...(answer.prepared
        ? [
            [
              'fences',
              `monolith ${fenceLine(fences.monolith)}, service ${fenceLine(fences.service)}`,
            ],
          ]
        : []),
      ['backfill', backfillLine(fields(answer.backfill))],
      ['lag', answer.lagMs === null ? 'unknown' : `${Math.round(Number(answer.lagMs))} ms`],
      [
        'verified',
        answer.verification === null
          ? 'never in this direction'
          : `${verification.outcome}, ${verification.ageSeconds} s ago`,
      ],
      ['quarantine', list(answer.quarantine).length],
      ['rogue writes', list(answer.rogueWrites).length],
      ['refused writes', answer.refusedWrites],
      [
        'edges',
        `${edges.filter(({ connected }) => connected).length} of ${edges.length} connected`,
      ],
      ['epoch', answer.epoch],
      ['last transfer', answer.transfer === null ? 'none' : transferLine(fields(answer.transfer))],
    ],
  )
}

const privilegeLines = (answer: Answer): readonly string[] =>
  list(answer.privileges).flatMap(({ side, state, tables, wider }) => {
    const [taken, kept] = [(tables ?? []) as readonly string[], (wider ?? []) as readonly string[]]
    if (state === 'given') return []
    return [
      ...(taken.length === 0
        ? []
        : [`privileges to write ${state} on the ${side} side: ${taken.join(', ')}`]),
      ...(kept.length === 0
        ? []
        : [
            `privileges on the ${side} side cannot be taken table by table from ${kept.join(', ')}, granted on the whole schema: the triggers alone refuse it`,
          ]),
    ]
  })

export const statusText = (answer: Answer): string =>
  [
    summary(answer),
    table(
      ['feed', 'connector', 'applier', 'mode', 'token', 'lag ms'],
      list(answer.feeds).map(({ direction, connector, applier, lagMs }) => [
        direction,
        fields(connector).state,
        fields(applier).status,
        fields(applier).mode,
        fields(applier).token,
        typeof lagMs === 'number' ? Math.round(lagMs) : lagMs,
      ]),
    ),
    ...list(answer.feeds).flatMap(({ direction, trouble }) => {
      const { cause, remedy } = fields(trouble)
      return cause === undefined ? [] : [bad(`the ${direction} feed stands: ${cause}; ${remedy}`)]
    }),
    ...privilegeLines(answer),
    ...list(answer.refusals)
      .slice(0, 3)
      .map(
        (one) =>
          `refused on the ${one.side} side at ${one.at} UTC: ${one.op ?? 'a write'} on ${one.table} by ${one.account ?? 'a session that has ended'}: ${one.statement ?? 'the server keeps no statement'}`,
      ),
    ...list(answer.rogueWrites)
      .slice(0, 3)
      .map((one) =>
        bad(
          `rogue write in the ${one.direction} feed at ${one.at}: ${one.table}: ${one.statement ?? 'the server keeps no statement'}`,
        ),
      ),
    ...list(answer.quarantine).map((one) =>
      bad(`quarantine ${one.direction} ${one.id}: ${one.table} ${one.key ?? ''}: ${one.message}`),
    ),
    ...((fields(answer.manifest).problems ?? []) as readonly string[]).map((line) =>
      bad(
        `the manifest in the ledger is no longer accepted, and goes on as it was read: ${line}; then run: matapalo register ${fields(answer.manifest).file}`,
      ),
    ),
    ...((answer.whyNot ?? []) as readonly string[]).map(bad),
  ].join('\n')

const allText = (answer: Answer): string =>
  list(answer.domains).length === 0
    ? 'no domain is registered'
    : table(
        ['domain', 'phase', 'owner', 'term', 'backfill', 'transfer', ''],
        list(answer.domains).map((one) => [
          one.name,
          one.phase,
          one.owner,
          one.ownerTerm,
          one.backfill,
          one.transferId,
          one.frozen !== null ? bad(`frozen: ${one.frozen}`) : one.hold ? 'writes held' : '',
        ]),
      )

export function statusCommand(program: Command, context: Context): void {
  program
    .command('status')
    .argument('[domain]')
    .option('--watch', 'every second, until interrupted')
    .description('one domain, or all of them')
    .action(async (domain: string | undefined, options: { watch?: boolean }) => {
      const path = domain === undefined ? '/v1/domains' : `/v1/domains/${segment(domain)}`
      do {
        const answer = await context.client().call('GET', path)
        context.output().result(answer, domain === undefined ? allText : statusText)
        if (options.watch) await sleep(1000)
      } while (options.watch)
    })

  program
    .command('domains')
    .description('lists the domains, as `status` without one')
    .action(async () =>
      context.output().result(await context.client().call('GET', '/v1/domains'), allText),
    )
}
