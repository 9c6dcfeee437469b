/** project, register, prepare. */
import { readFile } from 'node:fs/promises'
import { segment } from '../client.ts'
import type { Command } from '../commander.ts'
import { Exit, exitCodes } from '../exit.ts'
import { good } from '../output.ts'
import type { Context } from './context.ts'

const unreadable: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'is a folder, not a file',
  EACCES: 'this user may not read it',
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    const code = String((error as { code?: unknown }).code)
    throw new Exit(
      exitCodes.usage,
      `${file}: ${unreadable[code] ?? `cannot be read (${code})`}; looked for in ${process.cwd()}`,
    )
  }
}

/** `NAME=value` pairs. */
const variable = (pair: string, before: Record<string, string>): Record<string, string> => {
  const at = pair.indexOf('=')
  if (at < 1) throw new Exit(exitCodes.usage, `--set ${pair}: expected NAME=value`)
  return { ...before, [pair.slice(0, at)]: pair.slice(at + 1) }
}

export function setUpCommands(program: Command, context: Context): void {
  program
    .command('project')
    .argument('<file>', 'the project file, matapalo.yaml')
    .option('--set <NAME=value>', 'value of a variable in the file; repeatable', variable, {})
    .description('registers the project: databases, upstreams, routes of no domain')
    .action(async (file: string, options: { set: Record<string, string> }) => {
      const variables = { ...context.connection().variables, ...options.set }
      const body = { yaml: await textOf(file), file, variables, actor: context.actor }
      const answer = await context.client().call('POST', '/v1/project', body)
      context.output().result(answer, () => `${file} ${good('registered')}, epoch ${answer.epoch}`)
    })

  program
    .command('register')
    .argument('<manifest>', "a domain's manifest")
    .description('registers a domain, or a new version of its manifest')
    .action(async (file: string) => {
      const body = { yaml: await textOf(file), file, actor: context.actor }
      const answer = await context.client().call('POST', '/v1/domains', body)
      context
        .output()
        .result(
          answer,
          () =>
            `${answer.domain} ${good('registered')}: ${answer.tables} tables, ${answer.routes} routes, epoch ${answer.epoch}`,
        )
    })

  program
    .command('prepare')
    .argument('<domain>')
    .description('toolkit tables, fences and triggers on both sides, topics, the forward connector')
    .action(async (domain: string) => {
      const answer = await context
        .client()
        .call('POST', `/v1/domains/${segment(domain)}/prepare`, { actor: context.actor })
      if (answer.refusalsVisible === false)
        context
          .output()
          .say(
            `warning: ${domain}: status cannot show which statements a fence refuses: performance_schema is off, or matapalo_conductor may not UPDATE performance_schema.setup_consumers`,
          )
      context
        .output()
        .result(
          answer,
          () => `${domain} ${good('prepared')}: ${answer.triggers} triggers installed`,
        )
    })
}
