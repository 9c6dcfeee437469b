/** cutover, rollback. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Answer } from '../client.ts'
import { type Command, Option } from '../commander.ts'
import { Exit, exitCodes } from '../exit.ts'
import { type Gate, gateTable } from '../gates.ts'
import { whole } from '../numbers.ts'
import { bad, good, table } from '../output.ts'
import type { Context } from './context.ts'

interface TransferFlags {
  readonly without: readonly string[]
  readonly dryRun?: boolean
  readonly reason: string
  readonly limit: number
}

interface Turn {
  readonly step: string
  readonly act: string
  readonly state: string
  readonly ms: number | null
}

const several = (value: string, before: readonly string[]): readonly string[] => [...before, value]

/** One transfer with its turns, undos too. */
export const transferText = (answer: Answer): string => {
  const turns = (answer.turns ?? []) as readonly Turn[]
  const rows = turns.map(({ act, step, state, ms }) => [
    act === 'do' ? step : `undo ${step}`,
    state,
    ms === null ? '' : `${ms.toFixed(1)} ms`,
  ])
  const domains = (answer.domains as readonly string[]).join(', ')
  const outcome = String(answer.state)
  const verdict = outcome === 'completed' ? good(outcome) : bad(outcome)
  const pause = answer.pauseMs === null ? 'no writes held' : `writes paused ${answer.pauseMs} ms`
  const head = `transfer ${answer.id}, ${answer.kind} of ${domains}: ${verdict}, ${pause}`
  const error = answer.error as { message?: string } | null
  return [
    head,
    table(['step', 'state', 'time'], rows),
    ...(error ? [error.message ?? ''] : []),
  ].join('\n')
}

/** It was accepted, so it goes on, whatever keeps us from looking. */
const unsettled = (id: number, error: unknown): Exit =>
  new Exit(
    exitCodes.unknown,
    `transfer ${id} was begun, and cannot be followed: ${error instanceof Error ? error.message : String(error)}; run: matapalo transfers ${id}`,
    'MATAPALO_OUTCOME_UNKNOWN',
  )

/** Follows it to its end, through restarts of the control plane. */
async function follow(context: Context, id: number, limitMs: number): Promise<Answer> {
  const end = Date.now() + limitMs
  let told = ''
  for (;;) {
    try {
      const answer = await context.client().call('GET', `/v1/transfers/${id}?wait=1`)
      if (answer.state !== 'running') return answer
    } catch (error) {
      const unreached =
        error instanceof Exit && (error.retryable || error.code === exitCodes.unknown)
      if (!unreached) throw unsettled(id, error)
      if (error.message !== told) context.output().say(error.message)
      told = error.message
      await sleep(500)
    }
    if (Date.now() > end)
      throw new Exit(
        exitCodes.unknown,
        `transfer ${id} has not ended within ${limitMs / 1000} s; its outcome is unknown; run: matapalo transfers ${id}`,
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
      .addOption(
        new Option(
          '--without <gate>',
          'goes on without the gate parity or writers; repeatable, audited',
        )
          .argParser(several)
          .default([], 'none'),
      )
      .option(
        '--dry-run',
        'asks every gate, prints what each step would do; exit 1 if it would fail',
      )
      .addOption(new Option('--reason <text>', 'for the audit').default('', 'none'))
      .option(
        '--limit <seconds>',
        'longest wait for the outcome; the transfer itself goes on',
        whole(1, 86_400),
        120,
      )
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
        const ended = await follow(context, Number(answer.id), options.limit * 1000)
        const next =
          ended.state === 'completed'
            ? `matapalo status ${domains[0]}`
            : `matapalo explain ${domains[0]}`
        context.output().result({ ...ended, next }, transferText)
        if (ended.state === 'unwound') throw new Exit(exitCodes.refused, '')
        if (ended.state !== 'completed') throw new Exit(exitCodes.unknown, '')
      })
}

function printDryRun(context: Context, answer: Answer): void {
  const gates = answer.gates as readonly Gate[]
  const lines = answer.lines as readonly string[]
  const refusals = answer.refusals as readonly string[]
  const possible = answer.possible === true
  context
    .output()
    .result(answer, () =>
      [
        gateTable(gates),
        '',
        ...lines,
        ...refusals.map(bad),
        `nothing was changed; ${possible ? good('it would be accepted') : bad('it would be refused')}`,
      ].join('\n'),
    )
  if (!possible) throw new Exit(exitCodes.refused, '')
}
