/** backfill, verify. */
import { setTimeout as sleep } from 'node:timers/promises'
import { segment } from '../client.ts'
import { Argument, type Command } from '../commander.ts'
import { Exit, exitCodes } from '../exit.ts'
import { bad, good, table } from '../output.ts'
import type { Context } from './context.ts'

interface BackfillStatus {
  readonly state: string
  readonly rows?: number
  readonly estimatedRows?: number
  readonly percent?: number
  readonly rowsPerSecond?: number
  readonly etaSeconds?: number | null
  readonly error?: string
}

const actions = ['start', 'pause', 'resume', 'stop'] as const
type Action = (typeof actions)[number]

interface BackfillFlags {
  readonly wait?: boolean
  readonly pause?: boolean
  readonly resume?: boolean
  readonly stop?: boolean
}

/** One action, said once: as an argument or as a flag. */
export function chosenAction(argument: string | undefined, flags: BackfillFlags): Action {
  const said = actions.filter(
    (action) => action === argument || (action !== 'start' && flags[action] === true),
  )
  if (said.length > 1)
    throw new Exit(exitCodes.usage, `backfill ${said.join(' and ')}: choose one of them`)
  const action = said[0] ?? 'start'
  if (flags.wait && (action === 'pause' || action === 'stop'))
    throw new Exit(exitCodes.usage, `backfill ${action}: --wait goes with start and resume`)
  return action
}

async function waitForBackfill(context: Context, domain: string): Promise<void> {
  let told = ''
  for (;;) {
    const status = await context.client().call('GET', `/v1/domains/${segment(domain)}/backfill`)
    const backfill = status.backfill as BackfillStatus
    if (backfill.state === 'complete') {
      const { rows, rowsPerSecond } = backfill
      return context
        .output()
        .result(
          { domain, backfill, next: `matapalo verify ${domain}` },
          () => `${domain}: backfill ${good('complete')}, ${rows} rows at ${rowsPerSecond} rows/s`,
        )
    }
    if (backfill.state !== 'running') {
      const why = backfill.error ?? `it is ${backfill.state}`
      throw new Exit(
        exitCodes.refused,
        backfill.state === 'paused'
          ? `${domain}: the backfill was paused; run: matapalo backfill ${domain} resume --wait`
          : `${domain}: the backfill ended early: ${why}; run: matapalo backfill ${domain} --wait`,
      )
    }
    const line = `${domain}: ${backfill.percent ?? 0} % · ${backfill.rows ?? 0} of about ${backfill.estimatedRows ?? '?'} rows · ${backfill.rowsPerSecond ?? 0} rows/s · ${backfill.etaSeconds ?? '?'} s left`
    if (line !== told) context.output().say(line)
    told = line
    await sleep(1000)
  }
}

export function backfillCommands(program: Command, context: Context): void {
  program
    .command('backfill')
    .argument('<domain>')
    .addArgument(new Argument('[action]', 'what to do (default: start)').choices(actions))
    .option('--pause', 'same as the action pause')
    .option('--resume', 'same as the action resume')
    .option('--stop', 'same as the action stop: what was copied stays, the next one begins anew')
    .option('--wait', 'with start and resume: until it is complete')
    .description('copies the existing rows while writes go on')
    .action(async (domain: string, argument: string | undefined, options: BackfillFlags) => {
      const action = chosenAction(argument, options)
      const answer = await context
        .client()
        .call('POST', `/v1/domains/${segment(domain)}/backfill`, { action, actor: context.actor })
      if (options.wait) return waitForBackfill(context, domain)
      context.output().result(answer, () => `${domain}: backfill is ${answer.backfill}`)
    })

  program
    .command('verify')
    .argument('<domain>')
    .option('--repair', 'ask the owner for rows that differ again, a few at most')
    .description('compares all rows of both sides through the mapping; exit 1 when they differ')
    .action(async (domain: string, { repair = false }: { repair?: boolean }) => {
      const body = { actor: context.actor, repair }
      const answer = await context
        .client()
        .call('POST', `/v1/domains/${segment(domain)}/verify`, body)
      const differences = (answer.differences ?? []) as readonly Record<string, unknown>[]
      const clean = answer.outcome === 'clean'
      context.output().result(answer, () => {
        const head = `${domain}: ${clean ? good('clean') : bad(String(answer.outcome))}, ${answer.rows} rows in ${Math.round(Number(answer.ms))} ms`
        if (repair) context.output().say(`${domain}: ${answer.repaired} row(s) repaired`)
        if (differences.length === 0) return head
        const rows = differences
          .slice(0, 20)
          .map((one) => [
            one.table,
            one.target,
            JSON.stringify(one.key),
            one.kind,
            String(one.columns),
          ])
        return `${head}\n${table(['table', 'target', 'key', 'kind', 'columns'], rows)}`
      })
      if (!clean) throw new Exit(exitCodes.refused, '')
    })
}
