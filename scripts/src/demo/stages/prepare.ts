import type { DomainName } from '../../arena/arena.ts'
import type { Stage } from '../stage.ts'

export const prepare = (...domains: readonly DomainName[]): Stage => ({
  name: 'prepare',
  title: `matapalo prepare ${domains.join(' ')}`,
  async run({ arena }) {
    for (const domain of domains) await arena.prepare(domain)
  },
})
