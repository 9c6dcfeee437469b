/**
 * Runs a program to its end.
 *
 * @module
 */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Debian keeps servers in sbin, which an ordinary account has not in its PATH. */
export const searchPath = [process.env.PATH ?? '', '/usr/local/sbin', '/usr/sbin'].join(delimiter)

export const findProgram = (name: string): string | undefined =>
  searchPath
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((file) => existsSync(file))

/** The numeric id of an account of this machine. */
export function accountId(name: string): number | undefined {
  const line = existsSync('/etc/passwd')
    ? readFileSync('/etc/passwd', 'utf8')
        .split('\n')
        .find((one) => one.startsWith(`${name}:`))
    : undefined
  return line === undefined ? undefined : Number(line.split(':')[2])
}

/** @returns what it printed; throws with the end of its error output when it fails */
export const run = (
  command: string,
  args: readonly string[],
  options: {
    readonly input?: string
    readonly cwd?: string
    /** On top of this process's own. */
    readonly env?: Readonly<Record<string, string>>
  } = {},
): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      stdio: 'pipe',
      env: { ...process.env, PATH: searchPath, ...options.env },
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    })
    let output = ''
    let errors = ''
    child.stdout.on('data', (chunk) => {
      output += chunk
    })
    child.stderr.on('data', (chunk) => {
      errors += chunk
    })
    child.stdin.on('error', () => undefined)
    child.stdin.end(options.input ?? '')
    child.on('error', reject)
    child.on('close', (code) => {
      if (code === 0) resolve(output)
      else reject(new Error(`${command} ended with ${code}: ${(errors || output).slice(-2000)}`))
    })
  })

const setpriv = findProgram('setpriv')

/**
 * The command, made to die when this process dies, where the kernel can do that. The death signal is
 * set after the change of account, which would clear it.
 *
 * @param user run as this account; only root may
 */
export function dyingWithUs(
  command: string,
  args: readonly string[],
  user?: string,
): readonly [string, readonly string[]] {
  if (setpriv === undefined) return [command, args]
  const account = user === undefined ? [] : [`--reuid=${user}`, `--regid=${user}`, '--init-groups']
  return [setpriv, [...account, '--pdeathsig', 'KILL', '--', command, ...args]]
}
