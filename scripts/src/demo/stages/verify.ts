import type { DomainName } from '../../arena/arena.ts'
import type { Show, Stage } from '../stage.ts'

interface Verified {
  readonly outcome: string
  readonly differences: readonly unknown[]
}

async function look(show: Show, domain: DomainName): Promise<boolean> {
  const { control } = show.arena
  const path = `/v1/domains/${domain}/verify`
  const { outcome, differences } = await control.call<Verified>('POST', path, { actor: 'demo' })
  for (const one of differences.slice(0, 5)) show.say(`  ${domain}: ${JSON.stringify(one)}`)
  if (outcome !== 'clean') show.say(`${domain}: ROWS DIFFER (${outcome}, ${differences.length})`)
  return outcome === 'clean'
}

/** Every row of both sides, through the mapping, with writes going on. */
export const verify = (...domains: readonly DomainName[]): Stage => ({
  name: 'verify',
  title: `matapalo verify ${domains.join(' ')}`,
  async run(show) {
    for (const domain of domains) {
      const equal = await look(show, domain)
      show.verified.set(domain, equal)
      if (equal) show.say(`${domain}: rows are equal`)
    }
  },
})
