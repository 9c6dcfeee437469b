/** quarantine: changes that an applier could not apply, shown, tried again, or left out. */

import { type Answer, segment } from '../client.ts'
import { Argument, type Command } from '../commander.ts'
import { Exit, exitCodes } from '../exit.ts'
import { whole } from '../numbers.ts'
import { table } from '../output.ts'
import type { Context } from './context.ts'
import { list } from './fields.ts'

const listText = (answer: Answer): string => {
  const entries = list(answer.quarantine)
  if (entries.length === 0) return `${answer.domain}: nothing is in quarantine`
  return table(
    ['direction', 'id', 'at', 'table', 'key', 'op', 'message'],
    entries.map((one) => [one.direction, one.id, one.at, one.table, one.op, one.code, one.message]),
  )
}

async function show(context: Context, domain: string): Promise<void> {
  const status = await context.client().call('GET', `/v1/domains/${segment(domain)}`)
  const [first] = list(status.quarantine)
  const next =
    first === undefined
      ? `matapalo status ${domain}`
      : `after mending the manifest, or what stood in the way at the target: matapalo quarantine ${domain} retry ${first.direction} ${first.id}; after mending the row at its owner, whose newer change follows: matapalo quarantine ${domain} skip ${first.direction} ${first.id} --reason TEXT`
  context.output().result({ domain, quarantine: status.quarantine, next }, listText)
}

export function quarantineCommand(program: Command, context: Context): void {
  program
    .command('quarantine')
    .argument('<domain>')
    .addArgument(new Argument('[action]', 'without one: what is there').choices(['retry', 'skip']))
    .addArgument(
      new Argument('[direction]', 'of the feed that stands').choices(['forward', 'reverse']),
    )
    .argument('[id]', 'of the entry', whole(1, Number.MAX_SAFE_INTEGER))
    .option('--reason <text>', 'for the audit; `skip` needs one')
    .description(
      'shows the changes that did not fit; `retry` tries one again after the manifest was mended, `skip` leaves it out for good, as when its row was mended and a newer change follows',
    )
    .action(
      async (
        domain: string,
        action: string | undefined,
        direction: string | undefined,
        id: number | undefined,
        { reason = '' }: { reason?: string },
      ) => {
        if (action === undefined) return show(context, domain)
        if (direction === undefined || id === undefined)
          throw new Exit(
            exitCodes.usage,
            `usage: matapalo quarantine ${domain} ${action} DIRECTION ID; which there are: matapalo quarantine ${domain}`,
          )
        if (action === 'skip' && reason.trim() === '')
          throw new Exit(
            exitCodes.usage,
            `quarantine skip: the change is left out for good; say why with --reason, for the audit`,
          )
        const body = { action, direction, reason, actor: context.actor }
        const path = `/v1/domains/${segment(domain)}/quarantine/${id}`
        const answer = await context.client().call('POST', path, body)
        context
          .output()
          .result(answer, () =>
            action === 'retry'
              ? `${domain}: ${direction} quarantine entry ${id} is tried again`
              : `${domain}: ${direction} quarantine entry ${id} is left out`,
          )
      },
    )
}
