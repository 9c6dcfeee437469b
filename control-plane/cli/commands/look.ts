/** status, explain, edges, audit, quarantine. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Command } from 'commander'
import type { Answer } from '../client.ts'
import { Exit, exitCodes } from '../exit.ts'
import { bad, good, table, verdict } from '../output.ts'
import type { Context } from './context.ts'

type Fields = Readonly<Record<string, unknown>>
const list = (value: unknown): readonly Fields[] => (value ?? []) as readonly Fields[]
const fields = (value: unknown): Fields => (value ?? {}) as Fields

function statusText(answer: Answer): string {
  const backfill = fields(answer.backfill)
  const verification = fields(answer.verification)
  const lines = [
    table(
      [],
      [
        ['domain', answer.domain],
        ['phase', answer.phase],
        [
          'owner',
          `${answer.owner} (term ${answer.ownerTerm})${answer.hold ? ', writes held' : ''}`,
        ],
        [
          'backfill',
          `${backfill.state}${backfill.percent === undefined ? '' : `, ${backfill.rows} rows`}`,
        ],
        ['lag', answer.lagMs === null ? 'unknown' : `${Math.round(Number(answer.lagMs))} ms`],
        [
          'verified',
          answer.verification === null
            ? 'never'
            : `${verification.outcome}, ${verification.ageSeconds} s ago`,
        ],
        ['quarantine', list(answer.quarantine).length],
        ['rogue writes', list(answer.rogueWrites).length],
        ['refused writes', answer.refusedWrites],
        ['epoch', answer.epoch],
      ],
    ),
    table(
      ['feed', 'connector', 'applier', 'mode', 'token', 'lag ms'],
      list(answer.feeds).map((feed) => {
        const applier = fields(feed.applier)
        return [
          feed.direction,
          fields(feed.connector).state,
          applier.status,
          applier.mode,
          applier.token,
          feed.lagMs,
        ]
      }),
    ),
    ...list(answer.refusals)
      .slice(0, 3)
      .map(
        (one) =>
          `refused on ${one.side}: ${one.table} ${one.op ?? ''} by ${one.account ?? 'a session that is gone'}: ${one.statement ?? ''}`,
      ),
    ...list(answer.quarantine).map((one) =>
      bad(`quarantine ${one.direction} ${one.id}: ${one.table} ${one.message}`),
    ),
    ...((answer.whyNot ?? []) as readonly string[]).map(bad),
  ]
  return lines.join('\n')
}

export function lookCommands(program: Command, context: Context): void {
  program
    .command('status')
    .argument('[domain]')
    .option('--watch', 'every second, until interrupted')
    .description('one domain, or all of them')
    .action(async (domain: string | undefined, options: { watch?: boolean }) => {
      do {
        if (domain === undefined) {
          const answer = await context.client().call('GET', '/v1/domains')
          context.output().result(answer, () =>
            table(
              ['domain', 'phase', 'owner', 'backfill', 'transfer'],
              list(answer.domains).map((one) => [
                one.name,
                one.phase,
                one.owner,
                one.backfill,
                one.transferId,
              ]),
            ),
          )
        } else
          context
            .output()
            .result(await context.client().call('GET', `/v1/domains/${domain}`), statusText)
        if (options.watch) await sleep(1000)
      } while (options.watch)
    })

  program
    .command('explain')
    .argument('<domain>')
    .description('why can it not be switched? exit 1 while a gate is closed')
    .action(async (domain: string) => {
      const answer = await context.client().call('GET', `/v1/domains/${domain}/explain`)
      const gates = list(answer.gates)
      const open = ['pass', 'unknown', 'not configured']
      const closed = gates.some((one) => !open.includes(String(one.verdict)))
      context.output().result(answer, () => {
        const rows = gates.map((one) => [
          one.gate,
          verdict(String(one.verdict)),
          one.verdict === 'pass' ? '' : one.line,
        ])
        const head = closed
          ? bad(`${domain} cannot be switched`)
          : good(`${domain} can be switched`)
        return `${head}\n${table(['gate', 'answer', ''], rows)}`
      })
      if (closed) throw new Exit(exitCodes.refused, '')
    })

  program
    .command('edges')
    .argument('[action]', 'gone')
    .argument('[edge]')
    .description('lists the edges; `edges gone ID`: it will not come back, nobody waits for it')
    .action(async (action: string | undefined, edge: string | undefined) => {
      if (action !== undefined && (action !== 'gone' || edge === undefined))
        throw new Exit(exitCodes.usage, 'usage: matapalo edges, or: matapalo edges gone ID')
      if (edge !== undefined) {
        const answer = await context
          .client()
          .call('POST', `/v1/edges/${edge}/gone`, { actor: context.actor })
        return context.output().result(answer, () => `${edge} is gone; nobody waits for it`)
      }
      const answer = await context.client().call('GET', '/v1/edges')
      context.output().result(answer, () =>
        table(
          ['edge', 'url', 'connected', 'acked', 'drained', 'gone'],
          list(answer.edges).map((one) => [
            one.id,
            one.url,
            one.connected,
            one.ackedEpoch,
            one.drainedEpoch,
            one.gone,
          ]),
        ),
      )
    })

  program
    .command('audit')
    .argument('[domain]')
    .option('--limit <n>', 'entries, newest first', '50')
    .description('who did what')
    .action(async (domain: string | undefined, options: { limit: string }) => {
      const query = new URLSearchParams({ limit: options.limit, ...(domain ? { domain } : {}) })
      const answer = await context.client().call('GET', `/v1/audit?${query}`)
      context.output().result(answer, () =>
        table(
          ['at', 'actor', 'action', 'domain', 'detail'],
          list(answer.entries).map((one) => [
            one.at,
            one.actor,
            one.action,
            one.domain,
            JSON.stringify(one.detail),
          ]),
        ),
      )
    })

  program
    .command('unfreeze')
    .argument('<domain>')
    .description(
      'a person has looked at why the domain was frozen, and decides that it may move again',
    )
    .action(async (domain: string) => {
      const answer = await context
        .client()
        .call('POST', `/v1/domains/${domain}/unfreeze`, { actor: context.actor })
      context.output().result(answer, () => `${domain} may move again`)
    })

  program
    .command('quarantine')
    .argument('<domain>')
    .argument('<action>', 'retry or skip')
    .argument('<direction>', 'forward or reverse')
    .argument('<id>')
    .option('--reason <text>', 'for the audit', '')
    .description('tries a refused change again after a repair, or leaves it out for good')
    .action(
      async (
        domain: string,
        action: string,
        direction: string,
        id: string,
        options: { reason: string },
      ) => {
        const answer = await context
          .client()
          .call('POST', `/v1/domains/${domain}/quarantine/${id}`, {
            action,
            direction,
            reason: options.reason,
            actor: context.actor,
          })
        context.output().result(answer, () => `${domain}: quarantine entry ${id}: ${action}`)
      },
    )
}
