/** transfers: those that were, and one with its journal. */

import type { Answer } from '../client.ts'
import type { Command } from '../commander.ts'
import { whole } from '../numbers.ts'
import { table } from '../output.ts'
import type { Context } from './context.ts'
import { transferText } from './transfer.ts'

const paused = (ms: unknown): string => (typeof ms === 'number' ? `${ms} ms` : '–')

const listText = (answer: Answer): string => {
  const transfers = answer.transfers as readonly Answer[]
  if (transfers.length === 0) return 'no transfer was ever begun'
  return table(
    ['id', 'kind', 'domains', 'state', 'begun', 'pause', 'actor', 'reason'],
    transfers.map((one) => [
      one.id,
      one.kind,
      (one.domains as readonly string[]).join(', '),
      one.state,
      one.startedAt,
      paused(one.pauseMs),
      one.actor,
      one.reason,
    ]),
  )
}

export function transfersCommand(program: Command, context: Context): void {
  program
    .command('transfers')
    .argument('[id]', 'one of them, with its journal', whole(1, Number.MAX_SAFE_INTEGER))
    .option('--limit <n>', 'how many, newest first', whole(1, 500), 20)
    .description('lists the transfers; `transfers ID`: every step and undo of one, with its time')
    .action(async (id: number | undefined, { limit }: { limit: number }) => {
      const { call } = context.client()
      if (id !== undefined) {
        const answer = await call('GET', `/v1/transfers/${id}`)
        const [domain] = answer.domains as readonly string[]
        const next =
          answer.state === 'running' ? `matapalo transfers ${id}` : `matapalo status ${domain}`
        return context.output().result({ ...answer, next }, transferText)
      }
      // The API answers a bare list.
      const transfers = (await call('GET', `/v1/transfers?limit=${limit}`)) as unknown as Answer[]
      const next =
        transfers[0] === undefined ? 'matapalo status' : `matapalo transfers ${transfers[0].id}`
      context.output().result({ transfers, next }, listText)
    })
}
