/** explain, edges, audit, unfreeze. */

import { segment } from '../client.ts'
import { Argument, type Command } from '../commander.ts'
import { Exit, exitCodes } from '../exit.ts'
import { type Gate, gateTable, isClosed } from '../gates.ts'
import { whole } from '../numbers.ts'
import { bad, good, table } from '../output.ts'
import type { Context } from './context.ts'
import { list } from './fields.ts'

export function lookCommands(program: Command, context: Context): void {
  program
    .command('explain')
    .argument('<domain>')
    .description('why can it not be switched? exit 1 while a gate is closed')
    .action(async (domain: string) => {
      const answer = await context.client().call('GET', `/v1/domains/${segment(domain)}/explain`)
      const gates = answer.gates as readonly Gate[]
      const closed = gates.some(isClosed)
      context.output().result(answer, () => {
        const head = closed
          ? bad(`${domain} cannot be switched`)
          : good(`${domain} can be switched`)
        return `${head}\n${gateTable(gates)}`
      })
      if (closed) throw new Exit(exitCodes.refused, '')
    })

  program
    .command('edges')
    .addArgument(new Argument('[action]', 'without one: lists them').choices(['gone']))
    .argument('[edge]', 'its id')
    .description('lists the edges; `edges gone ID`: it will not come back, nobody waits for it')
    .action(async (action: string | undefined, edge: string | undefined) => {
      if (action !== undefined && edge === undefined)
        throw new Exit(
          exitCodes.usage,
          'usage: matapalo edges gone ID; which there are: matapalo edges',
        )
      if (edge !== undefined) {
        const answer = await context
          .client()
          .call('POST', `/v1/edges/${segment(edge)}/gone`, { actor: context.actor })
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
    .option('--limit <n>', 'entries, newest first', whole(1, 1000), 50)
    .description('who did what')
    .action(async (domain: string | undefined, options: { limit: number }) => {
      const query = new URLSearchParams({
        limit: String(options.limit),
        ...(domain ? { domain } : {}),
      })
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
        .call('POST', `/v1/domains/${segment(domain)}/unfreeze`, { actor: context.actor })
      context.output().result(answer, () => `${domain} may move again`)
    })
}
