/** What every command is handed. */
import type { Client } from '../client.ts'
import type { Connection } from '../connection.ts'
import type { Output } from '../output.ts'

export interface Context {
  /** Looked up when first needed, so that `--help` needs no stack. */
  readonly connection: () => Connection
  readonly client: () => Client
  /** Signs testers' headers; a tester needs no control plane. */
  readonly testerKey: () => string
  readonly output: () => Output
  readonly actor: string
}
