import type { DomainName } from '../../arena/arena.ts'
import type { Stage } from '../stage.ts'

/** Every row of both sides, through the mapping, with writes going on. */
export const verify = (...domains: readonly DomainName[]): Stage => ({
  name: 'verify',
  title: `matapalo verify ${domains.join(' ')}`,
  async run(show) {
    for (const domain of domains) {
      const equal = await show.arena.verify(domain)
      show.verified.set(domain, equal)
      show.say(equal ? `${domain}: rows are equal` : `${domain}: ROWS DIFFER`)
    }
  },
})
