/** decommission, retire. */

import type { Answer } from '../client.ts'
import type { Command } from '../commander.ts'
import { Exit, exitCodes } from '../exit.ts'
import { table } from '../output.ts'
import type { Context } from './context.ts'

interface EndFlags {
  readonly yes?: boolean
  readonly drop?: boolean
  readonly undo?: boolean
  readonly view?: boolean
  readonly without: readonly string[]
  readonly reason: string
}

interface Line {
  readonly what: string
  readonly subject: string
  readonly verdict: string
  readonly at: string | null
  readonly by: string | null
}

const several = (value: string, before: readonly string[]): readonly string[] => [...before, value]

const lines = (evidence: unknown): string =>
  table(
    ['what', 'of', 'verdict', 'last', 'by, or why not known'],
    ((evidence ?? []) as readonly Line[]).map(({ what, subject, verdict, at, by }) => [
      what,
      subject,
      verdict,
      at,
      by?.slice(0, 100) ?? null,
    ]),
  )

const looked = (answer: Answer): string =>
  [
    `${answer.domain}: ${answer.state === 'none' ? `in phase ${answer.phase}` : answer.state}`,
    lines(answer.evidence),
    ...((answer.inTheWay ?? []) as readonly { name: string; line: string }[]).map(
      ({ name, line }) => `${name}: ${line}`,
    ),
  ].join('\n')

const done = (answer: Answer): string =>
  [
    `${answer.domain}: ${answer.state}`,
    table(
      ['step', 'state'],
      ((answer.turns ?? []) as readonly { act: string; step: string; state: string }[]).map(
        ({ act, step, state }) => [`${act} ${step}`, state],
      ),
    ),
  ].join('\n')

const retired = (answer: Answer): string => {
  const count = (name: string): number => ((answer[name] ?? []) as readonly unknown[]).length
  const unserved = (answer.unserved ?? []) as readonly string[]
  return [
    answer.retired === null ? 'the monolith is in the routes' : `retired at ${answer.retired}`,
    `proven: ${count('proven')}, seen: ${count('seen')}, unknown: ${count('unknown')}`,
    lines([...((answer.seen ?? []) as Line[]), ...((answer.unknown ?? []) as Line[])]),
    ...unserved.map((id) => `404 from then on: ${id}`),
  ].join('\n')
}

const actOf = ({ yes, drop, undo }: EndFlags): 'rename' | 'drop' | 'undo' | null => {
  const wanted = [yes && 'rename', drop && 'drop', undo && 'undo'].filter((one) => one)
  if (wanted.length > 1)
    throw new Exit(exitCodes.usage, 'one of --yes, --drop and --undo', 'MATAPALO_USAGE')
  return (wanted[0] ?? null) as 'rename' | 'drop' | 'undo' | null
}

export function endingCommands(program: Command, context: Context): void {
  program
    .command('decommission')
    .argument('<domain>', 'owned by its service, past its reverse window')
    .option('--yes', 'renames its old tables; can be undone')
    .option('--view', 'with --yes: leaves a read-only view under each old name')
    .option('--undo', 'gives the old tables their names back')
    .option('--drop', 'drops the old tables, fences and feeds; cannot be undone')
    .option('--without <condition>', 'reverseWindow or readers; repeatable, audited', several, [])
    .option('--reason <text>', 'for the audit', '')
    .description('shows who still uses the old tables, and takes them away')
    .action(async (domain: string, flags: EndFlags) => {
      const act = actOf(flags)
      const path = `/v1/domains/${domain}/decommission`
      if (act === null) {
        const answer = await context.client().call('GET', path)
        context.output().result(answer, looked)
        throw new Exit(
          exitCodes.refused,
          'nothing was changed: it wants --yes',
          'MATAPALO_UNCONFIRMED',
        )
      }
      const { view = false, without, reason } = flags
      const body = { act, view, without, reason, actor: context.actor }
      context.output().result(await context.client().call('POST', path, body), done)
    })

  program
    .command('retire')
    .argument('<monolith>', 'the word monolith')
    .option('--yes', 'takes it out of the routes')
    .option('--reason <text>', 'for the audit', '')
    .description('takes the monolith out of the routes when no domain is left')
    .action(async (what: string, { yes, reason }: { yes?: boolean; reason: string }) => {
      if (what !== 'monolith')
        throw new Exit(
          exitCodes.usage,
          `retire ${what}: only the monolith retires`,
          'MATAPALO_USAGE',
        )
      if (yes !== true) {
        context.output().result(await context.client().call('GET', '/v1/monolith'), retired)
        throw new Exit(
          exitCodes.refused,
          'nothing was changed: it wants --yes',
          'MATAPALO_UNCONFIRMED',
        )
      }
      const body = { reason, actor: context.actor }
      context
        .output()
        .result(await context.client().call('POST', '/v1/monolith/retire', body), retired)
    })
}
