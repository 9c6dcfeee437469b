import { directionFrom } from '@matapalo/core'
import type { Precondition } from './precondition.ts'

export const lag: Precondition = {
  gate: 'lag',
  ofTables: true,
  async check({ control, domain, manifest, from }) {
    const budget = manifest.budgets.lagMs
    const ms = await control.lag.lagMs(domain.name, directionFrom(from))
    if (ms === null)
      return `lag is unknown: the applier has not committed yet; run: matapalo status ${domain.name}`
    if (ms <= budget) return null
    return `lag is ${Math.round(ms)} ms, budget is ${budget} ms; run: matapalo status ${domain.name} --watch`
  },
}
