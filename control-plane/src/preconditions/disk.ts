/** Room for the changes that travel back and forth, where the server says how much there is. */
import { freeSpace } from '@matapalo/cdc/shapes'
import type { Precondition } from './precondition.ts'

const gib = 1024 ** 3
/** 1 (GiB): binary logs of both directions while a reverse window lasts. */
const leastBytes = gib

export const disk: Precondition = {
  gate: 'disk',
  ofTables: true,
  async check({ control, domain }) {
    const silent: string[] = []
    for (const side of ['monolith', 'service'] as const) {
      const free = await freeSpace(control.stores[side])
      if (free === null) silent.push(side)
      else if (free < leastBytes)
        return `the ${side} server has ${(free / gib).toFixed(2)} GiB free, ${leastBytes / gib} GiB are wanted; make room, then run: matapalo explain ${domain.name}`
    }
    if (silent.length === 0) return null
    return {
      unknown: `free space of the ${silent.join(' and the ')} server is unknown (MariaDB tells with the DISKS plugin and the FILE privilege); look yourself`,
    }
  },
}
