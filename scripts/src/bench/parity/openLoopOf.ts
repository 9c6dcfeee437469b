/**
 * The open loop of `bench -- edge`, for a path of one's own.
 *
 * @module
 */
import { spawn } from 'node:child_process'
import { join } from 'node:path'

export interface Latencies {
  readonly count: number
  readonly errors: number
  /** ms */
  readonly p50: number
  readonly p99: number
}

/** A baseline below this counts as this: differences under it are the machine's, ms. */
export const leastMs = 5

export async function openLoopOf(
  port: number,
  path: string,
  rate: number,
  seconds: number,
): Promise<Latencies> {
  const script = join(import.meta.dirname, '../edge/openLoop.ts')
  const args = [script, ...[port, path, rate, seconds].map(String)]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 2] })
  let text = ''
  child.stdout?.on('data', (chunk) => {
    text += chunk
  })
  await new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  return JSON.parse(text) as Latencies
}
