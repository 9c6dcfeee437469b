/** tester: a header by which a tester's reads are served by the side of his choice. */
import { allDomains, durationMs, type Side, sideHeader, sideToken } from '@matapalo/core'
import { type Command, InvalidArgumentError, Option } from '../commander.ts'
import { Exit, exitCodes } from '../exit.ts'
import { signChoice } from '../sideToken.ts'
import type { Context } from './context.ts'

/** For commander: whole seconds from a duration such as 90s, 30m or 8h. */
export function lifetime(text: string): number {
  const seconds = durationMs(text) / 1000
  if (Number.isInteger(seconds) && seconds >= 1 && seconds <= sideToken.longestSeconds)
    return seconds
  throw new InvalidArgumentError('Expected from 1s to 24h, as in 90s, 30m or 8h.')
}

/** Names, or `all` alone. Whether there are such domains the edge says. @throws Exit */
export function domainsOf(named: readonly string[]): readonly string[] {
  if (!named.includes('all')) return named
  if (named.length === 1) return [allDomains]
  throw new Exit(exitCodes.usage, 'tester all: it stands for every domain; name no other beside it')
}

export function testerCommand(program: Command, context: Context): void {
  program
    .command('tester')
    .argument('<domains...>', 'whose reads follow; `all`: every domain')
    .addOption(
      new Option('--side <side>', 'that serves them')
        .choices(['monolith', 'service'])
        .makeOptionMandatory(),
    )
    .addOption(
      new Option('--for <time>', 'how long it is good, a day at most')
        .argParser(lifetime)
        .default(3600, '1h'),
    )
    .description('prints a header by which a tester is served by the side of his choice')
    .addHelpText(
      'after',
      `
Only reads follow it, and only while the domain's canary serves somebody; else the edge refuses. The
answer says who served: x-matapalo-served-by. The header is a secret for as long as it is good:
  matapalo tester catalog --side service | curl -H @- URL
Its key: MATAPALO_TESTER_KEY (the edges' EDGE_TESTER_KEY), or a native stack's stack.json.`,
    )
    .action(async (named: readonly string[], options: { side: Side; for: number }) => {
      const { side, for: seconds } = options
      const domains = domainsOf(named)
      const { value, until } = await signChoice(
        { side, domains },
        context.testerKey(),
        seconds,
        Date.now(),
      )
      const output = context.output()
      const answer = { header: sideHeader, value, side, domains, until: until.toISOString() }
      // Nothing else on stdout: another command reads the header from there.
      output.result(answer, () => `${sideHeader}: ${value}`)
      output.say(`good until ${answer.until}; what may be tested: matapalo status`)
    })
}
