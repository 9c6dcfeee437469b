/**
 * Processes that are measured: started on a port of their own, known by what they cost, ended by us.
 *
 * @module
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { until } from '@matapalo/runtime'

export interface Measured {
  readonly name: string
  readonly port: number
  readonly pid: number
  stop(): Promise<void>
}

export interface Started {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  readonly port: number
  readonly env?: Readonly<Record<string, string>>
  /** Settles when it serves. */
  readonly ready: () => Promise<boolean>
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}

const running = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** @throws when it does not serve within a minute */
export async function start(wanted: Started): Promise<Measured> {
  const { name, command, args, port, env = {}, ready } = wanted
  const child = spawn(command, [...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, NODE_ENV: 'production', PORT: String(port), ...env },
  })
  running.add(child)
  let told = ''
  child.stderr?.on('data', (chunk) => {
    told = `${told}${chunk}`.slice(-2_000)
  })
  child.once('exit', () => running.delete(child))
  child.once('error', (error) => {
    told += String(error)
  })
  const gone = (): boolean => child.exitCode !== null || child.signalCode !== null
  const stop = async (): Promise<void> => {
    if (gone() || child.pid === undefined) return
    const ended = once(child, 'exit')
    child.kill('SIGTERM')
    const limit = setTimeout(() => child.kill('SIGKILL'), 3_000)
    await ended
    clearTimeout(limit)
  }
  const up = await until(async () => gone() || (await ready()), { timeoutMs: 60_000 })
  if (!up || gone()) {
    await stop()
    throw new Error(`${name} does not serve: ${told}`)
  }
  return { name, port, pid: child.pid as number, stop }
}

/** A signal that the process understands; the edge of the bench collects garbage at SIGUSR2. */
export const signal = (pid: number, name: NodeJS.Signals): boolean => process.kill(pid, name)

/** Time on processors, user and system, ms; NaN where there is no /proc. */
export function processorMs(pid: number): number {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    // 14 and 15 of proc(5), in hundredths of a second.
    return (Number(fields[11]) + Number(fields[12])) * 10
  } catch {
    return Number.NaN
  }
}

/** Resident memory, MiB; NaN where there is no /proc. */
export function residentMiB(pid: number): number {
  try {
    const line = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
    return Number(line?.[1]) / 1024
  } catch {
    return Number.NaN
  }
}

/** Open descriptors; NaN where there is no /proc. */
export function descriptors(pid: number): number {
  try {
    return readdirSync(`/proc/${pid}/fd`).length
  } catch {
    return Number.NaN
  }
}
