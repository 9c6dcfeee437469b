/**
 * Registers the project file of the configuration when the ledger knows none, so that edges get a
 * route table before any operator has said a word.
 *
 * @module
 */
import { readFile } from 'node:fs/promises'
import type { Control } from './control.ts'
import type { Duty } from './leadership.ts'
import { readProject } from './ledger/catalogue.ts'
import { registerProject } from './register.ts'

export function bootstrap(
  control: Control,
  file: string,
  variables: Readonly<Record<string, string>>,
): Duty {
  async function register(): Promise<void> {
    try {
      const source = { yaml: await readFile(file, 'utf8'), file }
      const table = await registerProject(control.lead(), source, variables, 'bootstrap')
      if (table !== null) control.hub.publish(table)
      control.forget()
      control.log.info({ file }, 'project.registered')
    } catch (error) {
      control.log.error({ file, err: error }, 'project.refused')
    }
  }
  return {
    async start() {
      if (file !== '' && (await readProject(control.ledger)) === null) await register()
      control.bootstrapped = true
    },
    stop() {},
  }
}
