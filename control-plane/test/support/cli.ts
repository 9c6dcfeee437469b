/** The `matapalo` command as a person runs it: a process of its own, judged by what it prints. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import type { Rig } from './rig.ts'

const root = join(import.meta.dirname, '../../..')
const main = join(root, 'control-plane/cli/main.ts')

export interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** 150000 (milliseconds): a command that hangs is killed, and has no exit code. */
const limitMs = 150_000

export const matapalo = (
  rig: Rig,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ran> =>
  new Promise((resolve, reject) => {
    const options = {
      cwd: root,
      timeout: limitMs,
      env: {
        PATH: process.env.PATH,
        NO_COLOR: '1',
        MATAPALO_URL: rig.url,
        MATAPALO_OPERATOR_TOKEN: rig.stack.credentials.operatorToken,
        ...env,
      },
    }
    const child = execFile(process.execPath, [main, ...args], options, (_error, stdout, stderr) => {
      if (child.exitCode === null)
        reject(new Error(`matapalo ${args.join(' ')}: killed; ${stderr}`))
      else resolve({ code: child.exitCode, stdout, stderr })
    })
  })

/** The one JSON document on stdout. */
export const printed = <T>({ stdout }: Ran): T => JSON.parse(stdout) as T
/** The one JSON document on stderr, of a command that was given `--output json`. */
export const refusal = ({ stderr }: Ran) =>
  (JSON.parse(stderr) as { readonly error: { readonly code: string; readonly message: string } })
    .error
