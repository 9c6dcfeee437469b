/**
 * What a process holds, watched while something goes on.
 *
 * @module
 */
import { sleep } from '@matapalo/runtime'
import type { MeasuredEdge } from './fronts.ts'
import { residentMiB } from './process.ts'

/** The most that it held beyond what it held before, MiB. */
export async function growth(pid: number, work: () => Promise<void>): Promise<number> {
  const before = residentMiB(pid)
  let most = before
  const watch = setInterval(() => {
    most = Math.max(most, residentMiB(pid))
  }, 20)
  try {
    await work()
  } finally {
    clearInterval(watch)
  }
  return Math.max(most, residentMiB(pid)) - before
}

/** Heap and what hangs on it after two collections, MiB; the edge was started with `collect.ts`. */
export async function heldMiB({ pid, adminPort }: MeasuredEdge): Promise<number> {
  process.kill(pid, 'SIGUSR2')
  await sleep(500)
  const answer = await fetch(`http://127.0.0.1:${adminPort}/metrics`)
  const text = await answer.text()
  const value = (name: string): number =>
    Number(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)`, 'm').exec(text)?.[1])
  return (value('nodejs_heap_size_used_bytes') + value('nodejs_external_memory_bytes')) / 2 ** 20
}
