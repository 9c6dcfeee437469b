/** shadow, canary, parity. */
import { setTimeout as sleep } from 'node:timers/promises'
import { type Answer, segment } from '../client.ts'
import { type Command, Option } from '../commander.ts'
import { Exit, exitCodes } from '../exit.ts'
import { percent } from '../numbers.ts'
import { bad, good, table, verdict } from '../output.ts'
import type { Context } from './context.ts'
import { fields, list } from './fields.ts'

const share = (value: unknown): string => `${Math.round(Number(value) * 10_000) / 100} %`

const changedText = (answer: Answer): string => {
  const serves =
    answer.share === null ? '' : `, the service serves ${share(answer.share)} of subjects`
  const copied = Number(answer.rate) > 0 ? `, ${share(answer.rate)} of reads are compared` : ''
  return `${answer.domain} is in phase ${good(String(answer.phase))}${copied}${serves}`
}

export const parityText = (answer: Answer): string => {
  const routes = list(answer.routes)
  const samples = list(answer.samples)
  const limits = fields(answer.limits)
  const said = String(answer.verdict)
  const head = `${answer.domain}: parity ${verdict(said)}${answer.why ? `: ${answer.why}` : ''}`
  const state = `phase ${answer.phase}, round ${answer.round}${answer.since ? ` since ${answer.since}` : ''}, ${share(answer.rate)} of reads compared${answer.share === null ? '' : `, ${share(answer.share)} of subjects served by the service`}`
  return [
    head,
    state,
    ...((answer.expired ?? []) as readonly string[]).map(bad),
    table(
      ['route', 'answer', 'equal', 'racing', 'mismatch', 'inconclusive', 'dropped', 'at least'],
      routes.map((one) => [
        one.route,
        verdict(String(one.verdict)),
        one.equal,
        one.racing,
        one.mismatch,
        one.inconclusive,
        one.dropped,
        share(one.agreement),
      ]),
    ),
    `wanted of each route: ${limits.samples} compared, at least ${share(limits.agreement)} right by Wilson's lower bound`,
    ...(samples.length === 0
      ? []
      : [
          table(
            ['', 'route', 'field', 'kind', 'control', 'candidate', 'request'],
            samples.map((one) => [
              one.outcome === 'mismatch' ? bad('differs') : 'moving',
              one.route,
              one.path,
              one.kind,
              one.control,
              one.candidate,
              one.requestId,
            ]),
          ),
        ]),
  ].join('\n')
}

export function parityCommands(program: Command, context: Context): void {
  program
    .command('shadow')
    .argument('<domain>')
    .option('--rate <percent>', 'share of reads that are copied', percent, 100)
    .option('--stop', 'copies no more')
    .description('copies reads to the other side and compares, from the beginning; ends a canary')
    .action(async (domain: string, options: { rate: number; stop?: boolean }) => {
      const rate = options.stop ? null : options.rate / 100
      if (rate === 0) throw new Exit(exitCodes.usage, 'shadow --rate 0: to copy none: --stop')
      const answer = await context
        .client()
        .call('POST', `/v1/domains/${segment(domain)}/shadow`, { rate, actor: context.actor })
      context.output().result(answer, changedText)
    })

  program
    .command('canary')
    .argument('<domain>')
    .requiredOption(
      '--share <percent>',
      'of subjects whose reads the service serves; 0 ends it',
      percent,
    )
    .addOption(
      new Option('--without <gate>', 'goes on without the gate parity where it is inconclusive')
        .choices(['parity'])
        .argParser((value: string, before: readonly string[]) => [...before, value])
        .default([], 'none'),
    )
    .addOption(new Option('--reason <text>', 'for the audit').default('', 'none'))
    .description('lets the service serve a stable share of reads; writes stay where they are')
    .action(
      async (
        domain: string,
        options: { share: number; without: readonly string[]; reason: string },
      ) => {
        const { without, reason } = options
        const body = { share: options.share / 100, without, reason, actor: context.actor }
        const answer = await context
          .client()
          .call('POST', `/v1/domains/${segment(domain)}/canary`, body)
        context.output().result(answer, changedText)
      },
    )

  program
    .command('parity')
    .argument('<domain>')
    .option('--watch', 'every second, until interrupted')
    .description('what the comparisons amount to, with samples; exit 1 unless they pass')
    .action(async (domain: string, options: { watch?: boolean }) => {
      for (;;) {
        const answer = await context.client().call('GET', `/v1/domains/${segment(domain)}/parity`)
        context.output().result(answer, parityText)
        if (!options.watch) {
          if (answer.verdict !== 'pass') throw new Exit(exitCodes.refused, '')
          return
        }
        await sleep(1000)
      }
    })
}
