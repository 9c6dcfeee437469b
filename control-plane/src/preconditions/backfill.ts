import type { Precondition } from './precondition.ts'

export const backfill: Precondition = {
  gate: 'backfill',
  async check({ domain }) {
    if (domain.backfill === 'complete') return null
    return `its backfill is ${domain.backfill}, complete is needed; run: matapalo backfill ${domain.name} --wait`
  },
}
