import { type DomainName, domainNames } from '../../arena/arena.ts'
import type { Stage } from '../stage.ts'

const registering = (domains: readonly DomainName[], title: string): Stage => ({
  name: 'register',
  title,
  async run({ arena }) {
    for (const domain of domains) await arena.register(domain)
  },
})

export const register = registering(['catalog'], 'matapalo register services/catalog/manifest.yaml')

/** From here on the identity provider answers: what the old shop never had is the service's at once. */
export const registerAll = registering(
  domainNames,
  `matapalo register services/{${domainNames.join(',')}}/manifest.yaml`,
)
