/**
 * A gate for each key: work of one key runs so many at once, whatever the other keys do.
 *
 * @module
 */
import { type Gate, gate } from './gate.ts'

export interface Lanes {
  run<T>(key: string, work: () => Promise<T>): Promise<T>
}

export function lanes(atOnce: number, inLine: number): Lanes {
  const open = new Map<string, { readonly gate: Gate; users: number }>()
  return {
    async run(key, work) {
      const lane = open.get(key) ?? { gate: gate(atOnce, inLine), users: 0 }
      open.set(key, lane)
      lane.users += 1
      try {
        return await lane.gate.run(work)
      } finally {
        lane.users -= 1
        if (lane.users === 0) open.delete(key)
      }
    },
  }
}
