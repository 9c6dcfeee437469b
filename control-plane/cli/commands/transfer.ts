/** cutover, rollback. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Command } from 'commander'
import type { Answer } from '../client.ts'
import { Exit, exitCodes } from '../exit.ts'
import { bad, good, table, verdict } from '../output.ts'
import type { Context } from './context.ts'

interface TransferFlags {
  readonly without: readonly string[]
  readonly dryRun?: boolean
  readonly reason: string
  readonly limit: string
}

interface Turn {
  readonly step: string
  readonly act: string
  readonly state: string
  readonly ms: number | null
}

const several = (value: string, before: readonly string[]): readonly string[] => [...before, value]

const human = (answer: Answer): string => {
  const turns = (answer.turns ?? []) as readonly Turn[]
  const rows = turns.map(({ act, step, state, ms }) => [
    act === 'do' ? step : `undo ${step}`,
    state,
    ms === null ? '' : `${ms.toFixed(1)} ms`,
  ])
  const domains = (answer.domains as readonly string[]).join(', ')
  const outcome = String(answer.state)
  const head = `${answer.kind} of ${domains}: ${outcome === 'completed' ? good(outcome) : bad(outcome)}, pause ${answer.pauseMs ?? '–'} ms`
  const error = answer.error as { message?: string } | null
  return [
    head,
    table(['step', 'state', 'time'], rows),
    ...(error ? [error.message ?? ''] : []),
  ].join('\n')
}

/** Follows it to its end, through restarts of the control plane. */
async function follow(context: Context, id: number, limitMs: number): Promise<Answer> {
  const end = Date.now() + limitMs
  for (;;) {
    try {
      const answer = await context.client().call('GET', `/v1/transfers/${id}?wait=1`)
      if (answer.state !== 'running') return answer
    } catch (error) {
      context.output().say(error instanceof Error ? error.message : String(error))
      await sleep(500)
    }
    if (Date.now() > end)
      throw new Exit(
        exitCodes.unknown,
        `transfer ${id} has not ended within ${limitMs / 1000} s; its outcome is unknown; run: matapalo status`,
        'MATAPALO_OUTCOME_UNKNOWN',
      )
    await sleep(50)
  }
}

export function transferCommands(program: Command, context: Context): void {
  for (const kind of ['cutover', 'rollback'] as const)
    program
      .command(kind)
      .argument('<domains...>', 'domains that move together')
      .option('--without <gate>', 'goes on without a gate; repeatable, audited', several, [])
      .option('--dry-run', 'runs the steps over ports that print')
      .option('--reason <text>', 'for the audit', '')
      .option('--limit <seconds>', 'longest wait for the outcome', '120')
      .description(
        kind === 'cutover'
          ? 'moves the writes of domains to their services'
          : 'moves the writes of domains back to the monolith',
      )
      .action(async (domains: string[], options: TransferFlags) => {
        const { without, dryRun = false, reason } = options
        const body = { kind, domains, without, dryRun, reason, actor: context.actor }
        const answer = await context.client().call('POST', '/v1/transfers', body)
        if (dryRun) return printDryRun(context, answer)
        const ended = await follow(context, Number(answer.id), Number(options.limit) * 1000)
        const next =
          ended.state === 'completed'
            ? `matapalo status ${domains[0]}`
            : `matapalo explain ${domains[0]}`
        context.output().result({ ...ended, next }, human)
        if (ended.state !== 'completed') throw new Exit(exitCodes.refused, '')
      })
}

function printDryRun(context: Context, answer: Answer): void {
  const gates = answer.gates as readonly { gate: string; verdict: string; line: string }[]
  const lines = answer.lines as readonly string[]
  context.output().result(answer, () =>
    [
      table(
        ['gate', 'answer', ''],
        gates.map((one) => [
          one.gate,
          verdict(one.verdict),
          one.verdict === 'pass' ? '' : one.line,
        ]),
      ),
      '',
      ...lines,
      'nothing was changed',
    ].join('\n'),
  )
}
