/**
 * Memory of a process as its proportional set size, the only figure that may be summed over
 * processes that share pages.
 *
 * @module
 */
import { readFile } from 'node:fs/promises'

/** MiB, or undefined where the system does not say. */
export async function pssOf(pid: number): Promise<number | undefined> {
  try {
    const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8')
    const kib = /^Pss:\s+(\d+) kB/m.exec(text)?.[1]
    return kib === undefined ? undefined : Math.round(Number(kib) / 102.4) / 10
  } catch {
    return undefined
  }
}
