/** quarantine: changes that an applier could not apply, shown, tried again, or left out. */

import { type Answer, segment } from '../client.ts'
import { Argument, type Command } from '../commander.ts'
import { Exit, exitCodes } from '../exit.ts'
import { whole } from '../numbers.ts'
import { table } from '../output.ts'
import type { Context } from './context.ts'
import { list } from './fields.ts'

export const listText = (answer: Answer): string => {
  const [open, settled] = [list(answer.quarantine), list(answer.settledQuarantine)]
  return [
    open.length === 0
      ? `${answer.domain}: nothing is in quarantine`
      : table(
          ['direction', 'id', 'at', 'table', 'key', 'op', 'message'],
          open.map((one) => [
            one.direction,
            one.id,
            one.at,
            one.table,
            one.key,
            one.op,
            one.message,
          ]),
        ),
    ...settled.map(
      (one) =>
        `settled ${one.direction} ${one.id} (${one.resolution}, ${one.resolvedAt}): ${one.table} ${one.key ?? ''}: ${one.message}`,
    ),
  ].join('\n')
}

/** What a person's word has come to. */
export const outcomeText = (answer: Answer): string => {
  const entry = `${answer.domain}: ${answer.direction} quarantine entry ${answer.id}`
  switch (answer.outcome) {
    case 'applied':
      return `${entry} fits now and is applied; the feed goes on behind it`
    case 'superseded':
      return `${entry} still does not fit, but its row was mended since: the row's newest version was written in its place, and the feed goes on`
    case 'skipped':
      return `${entry} is left out; the feed goes on behind it`
    default:
      return `${entry}: the applier has not taken it up yet; look whether the cdc worker runs`
  }
}

async function show(context: Context, domain: string): Promise<void> {
  const status = await context.client().call('GET', `/v1/domains/${segment(domain)}`)
  const { quarantine, settledQuarantine } = status
  const [first] = list(quarantine)
  const next =
    first === undefined
      ? `matapalo status ${domain}`
      : `after mending the row at its owner, the manifest, or what stood in the way at the target: matapalo quarantine ${domain} retry ${first.direction} ${first.id}; to leave the change out for good: matapalo quarantine ${domain} skip ${first.direction} ${first.id} --reason TEXT`
  context.output().result({ domain, quarantine, settledQuarantine, next }, listText)
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
      'shows the changes that did not fit; `retry` tries one again after the row at its owner, the manifest or the target was mended, `skip` leaves it out for good',
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
        if (answer.outcome === 'stands')
          throw new Exit(
            exitCodes.refused,
            `${domain}: the change still does not fit, and stands as entry ${answer.id}: ${answer.why}`,
          )
        context.output().result(answer, outcomeText)
      },
    )
}
