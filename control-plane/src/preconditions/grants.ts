/** Rights may have been taken, or given too freely, since the domain was prepared. */
import { grantProblems } from '../preflight.ts'
import type { Precondition } from './precondition.ts'

export const grants: Precondition = {
  gate: 'grants',
  ofTables: true,
  async check({ control, manifest }) {
    for (const side of ['monolith', 'service'] as const) {
      const [first] = await grantProblems(control, manifest, side)
      if (first !== undefined) return `${first.message}; ${first.remedy}`
    }
    return null
  },
}
