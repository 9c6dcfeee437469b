/**
 * `matapalo`: the operator's command. Exit codes: 0 done, 1 refused and nothing changed, 2 outcome
 * unknown, 64 usage. Results go to stdout, everything else to stderr.
 *
 * @module
 */
import { userInfo } from 'node:os'
import { Command, CommanderError } from 'commander'
import { createClient } from './client.ts'
import { backfillCommands } from './commands/backfill.ts'
import type { Context } from './commands/context.ts'
import { lookCommands } from './commands/look.ts'
import { setUpCommands } from './commands/setUp.ts'
import { transferCommands } from './commands/transfer.ts'
import { findConnection } from './connection.ts'
import { Exit, exitCodes } from './exit.ts'
import { createOutput } from './output.ts'

const program = new Command('matapalo')
  .description('moves domains out of a monolith, and back')
  .option('--output <format>', 'text or json', 'text')
  .showHelpAfterError('(matapalo help COMMAND tells more)')
  .exitOverride()

const json = (): boolean => program.opts<{ output: string }>().output === 'json'

const context: Context = {
  connection: () => findConnection(process.env, process.cwd()),
  client: () => {
    const { url, token } = context.connection()
    return createClient(url, token)
  },
  output: () => createOutput(json()),
  actor: userInfo().username,
}

setUpCommands(program, context)
backfillCommands(program, context)
transferCommands(program, context)
lookCommands(program, context)
for (const command of program.commands) {
  command.exitOverride()
  command.option('--output <format>', 'text or json').hook('preAction', (_parent, action) => {
    const { output } = action.opts<{ output?: string }>()
    if (output !== undefined) program.setOptionValue('output', output)
  })
}

function codeOf(error: unknown): number {
  if (error instanceof Exit) {
    if (error.message !== '') {
      const { errorCode: code, message } = error
      process.stderr.write(
        json() ? `${JSON.stringify({ error: { code, message } })}\n` : `${message}\n`,
      )
    }
    return error.code
  }
  if (error instanceof CommanderError)
    return error.exitCode === 0 ? exitCodes.done : exitCodes.usage
  process.stderr.write(
    `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  )
  return exitCodes.unknown
}

process.exitCode = await program.parseAsync().then(() => exitCodes.done, codeOf)
