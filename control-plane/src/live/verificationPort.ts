/** Verification's part of a transfer. */
import { directionFrom } from '@matapalo/core'
import type { Control } from '../control.ts'
import { insertVerification } from '../ledger/verifications.ts'
import type { VerificationPort } from '../ports.ts'

export const verificationPort = (control: Control): VerificationPort => ({
  async follow() {
    return {
      ahead: async () => ({ keys: 0, open: 0 }),
      last: async () => ({ keys: 0, differences: [] }),
      stop: async () => {},
    }
  },
  async noteClean(move, keys, offsets) {
    for (const [domain, offset] of Object.entries(offsets))
      await insertVerification(control.ledger, {
        domain,
        direction: directionFrom(move.to),
        kind: 'transfer',
        startedAt: new Date(),
        outcome: 'clean',
        rows: keys,
        chunks: 0,
        differences: 0,
        cleanOffset: offset.toString(),
        detail: { transfer: move.id },
      })
  },
})
