import { directionFrom } from '@matapalo/core'
import { lastVerification } from '../ledger/verifications.ts'
import type { Precondition } from './precondition.ts'

/** 86400 (one day): how old the last clean verification may be. */
const recentSeconds = 86_400

export const verification: Precondition = {
  gate: 'verification',
  ofTables: true,
  async check({ control, domain, from }) {
    const run = `run: matapalo verify ${domain.name}`
    const last = await lastVerification(control.ledger, domain.name, directionFrom(from))
    if (last === null) return `its rows were never verified in this direction; ${run}`
    if (last.outcome !== 'clean')
      return `the last verification found ${last.differences} difference(s) (${last.outcome}), 0 are allowed; ${run}`
    if ((last.ageSeconds ?? 0) > recentSeconds)
      return `the last clean verification is ${last.ageSeconds} s old, limit is ${recentSeconds} s; ${run}`
    return null
  },
}
