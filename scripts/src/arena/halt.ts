/**
 * Killing a process exactly at a step of a transfer: the control plane stops itself there (a fault for
 * tests), the process is killed while it stands still, and the control plane goes on.
 *
 * @module
 */
import { readFileSync } from 'node:fs'
import { until } from '@matapalo/runtime'
import type { ComponentName, Stack } from '../stack/index.ts'

/** Variables with which the control plane halts before the step, once. */
export const haltEnvironment = (step: string): Readonly<Record<string, string>> => ({
  MATAPALO_TEST_FAULTS: '1',
  CONTROL_FAULTS: JSON.stringify({ haltAt: { step, point: 'before' } }),
})

/** The process state is `T` while it is stopped by a signal. */
function isHalted(stack: Stack): true | undefined {
  const pid = stack.status().find(({ name }) => name === 'control-plane')?.pid
  if (pid === undefined) return undefined
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).startsWith('T') ? true : undefined
  } catch {
    return undefined
  }
}

/** @returns whether it halted within the time */
export async function whenHalted(
  stack: Stack,
  options: { readonly timeoutMs: number; readonly signal?: AbortSignal },
): Promise<boolean> {
  return (await until(() => isHalted(stack), { ...options, everyMs: 2 })) === true
}

/** The control plane goes on; started anew, it will not halt there again. */
export function goOn(stack: Stack): void {
  stack.setEnv('control-plane', { CONTROL_FAULTS: '{}' })
  stack.kill('control-plane', 'SIGCONT')
}

/** Kills while the control plane stands still, and lets it go on. */
export function strikeHalted(stack: Stack, process: ComponentName): void {
  stack.kill(process)
  goOn(stack)
}
