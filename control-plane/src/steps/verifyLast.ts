/** 5. Nothing can move any more, so a key that differs now is a real difference. */
import { directionFrom, otherSide, type Step } from '@matapalo/core'
import { RowsDiffer } from '../errors.ts'
import type { Move, Notes, TransferPorts } from '../ports.ts'

export const verifyLast = (ports: TransferPorts, move: Move, notes: Notes): Step => ({
  name: 'verifyLast',
  light: true,
  do: async () => {
    const back = directionFrom(otherSide(move.from))
    const compared = await Promise.all(
      move.stored.map(async (domain) => {
        const left = Math.max(50, Math.round(notes.catchUpDeadline - performance.now()))
        const [result, offset] = await Promise.all([
          notes.followers.get(domain)?.last(notes.offsets.get(domain) ?? 0n, left),
          ports.stores.offsetOf(domain, back),
        ])
        if (result === undefined) throw new TypeError(`no follower for ${domain}`)
        if (result.differences.length > 0) throw new RowsDiffer(domain, result.differences)
        return { keys: result.keys, domain, offset: offset.toString() }
      }),
    )
    return {
      keys: compared.reduce((sum, { keys }) => sum + keys, 0),
      // Where the way back begins: the note of a clean verification, also for whoever resumes this.
      offsets: Object.fromEntries(compared.map(({ domain, offset }) => [domain, offset])),
    }
  },
})
