/**
 * `matapalo`: the operator's command. Exit codes: 0 done, 1 refused and nothing changed, 2 outcome
 * unknown, 64 usage. Results go to stdout, everything else to stderr.
 *
 * @module
 */
import { userInfo } from 'node:os'
import { createClient } from './client.ts'
import { Command, CommanderError, Option } from './commander.ts'
import { backfillCommands } from './commands/backfill.ts'
import type { Context } from './commands/context.ts'
import { endingCommands } from './commands/ending.ts'
import { lookCommands } from './commands/look.ts'
import { parityCommands } from './commands/parity.ts'
import { quarantineCommand } from './commands/quarantine.ts'
import { setUpCommands } from './commands/setUp.ts'
import { statusCommand } from './commands/status.ts'
import { testerCommand } from './commands/tester.ts'
import { transferCommands } from './commands/transfer.ts'
import { transfersCommand } from './commands/transfers.ts'
import { findConnection, findTesterKey } from './connection.ts'
import { Exit, exitCodes } from './exit.ts'
import { createOutput } from './output.ts'

const format = () => new Option('--output <format>', 'of the result').choices(['text', 'json'])
const instance = () => new Option('--instance <name>', 'of a native stack (main)')

const program = new Command('matapalo')
  .description('moves domains out of a monolith, and back')
  .addOption(format())
  .addOption(instance())
  .showHelpAfterError('(matapalo help COMMAND tells more)')
  .addHelpText(
    'after',
    `
In order: project, register, prepare, backfill, verify, shadow, parity, canary, explain, cutover; and
back: rollback.
At the end: decommission, retire.
Exit codes: 0 done, 1 refused and nothing changed, 2 outcome unknown, 64 usage.
The control plane: MATAPALO_URL and MATAPALO_OPERATOR_TOKEN, or a native stack's stack.json.`,
  )
  .exitOverride()

interface Shared {
  readonly output?: string
  readonly instance?: string
}
const json = (): boolean => program.opts<Shared>().output === 'json'

const context: Context = {
  connection: () => findConnection(process.env, process.cwd(), program.opts<Shared>().instance),
  client: () => createClient(context.connection()),
  testerKey: () => findTesterKey(process.env, process.cwd(), program.opts<Shared>().instance),
  output: () => createOutput(json()),
  actor: userInfo().username,
}

setUpCommands(program, context)
backfillCommands(program, context)
parityCommands(program, context)
testerCommand(program, context)
transferCommands(program, context)
statusCommand(program, context)
lookCommands(program, context)
transfersCommand(program, context)
quarantineCommand(program, context)
endingCommands(program, context)
for (const command of program.commands) {
  command.exitOverride()
  command
    .addOption(format())
    .addOption(instance())
    .hook('preAction', (_parent, action) => {
      for (const [name, value] of Object.entries(action.opts<Shared>()))
        if (name === 'output' || name === 'instance') program.setOptionValue(name, value)
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
  const what = error instanceof Error ? error.message : String(error)
  process.stderr.write(
    `matapalo: ${what}; this is a defect of the command: its outcome is unknown\n`,
  )
  return exitCodes.unknown
}

process.exitCode = await program.parseAsync().then(() => exitCodes.done, codeOf)
