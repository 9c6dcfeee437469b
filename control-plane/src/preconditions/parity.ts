/** Answers of both sides, compared by copying reads. On the way back nothing is compared. */
import { isCompared, parityStanding } from '../parity/verdict.ts'
import { NotKnown, type Precondition } from './precondition.ts'

export const parity: Precondition = {
  gate: 'parity',
  configured: ({ kind, domain, manifest }) =>
    kind === 'cutover' && (manifest.parity !== null || isCompared(domain)),
  async check({ control, domain, manifest }) {
    const { name, phase } = domain
    const { verdict, expired } = await parityStanding(control, domain, manifest)
    if (expired[0] !== undefined) return `parity: ${expired[0]}; run: matapalo parity ${name}`
    if (!isCompared(domain))
      throw new NotKnown(
        `parity is unknown: no reads are compared in phase ${phase}; run: matapalo shadow ${name}`,
      )
    const line = `parity: ${verdict.why}; run: matapalo parity ${name}`
    if (verdict.verdict === 'inconclusive') throw new NotKnown(line)
    return verdict.verdict === 'pass' ? null : line
  },
}
