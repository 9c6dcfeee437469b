import type { DomainName } from '../../arena/arena.ts'
import type { Stage } from '../stage.ts'

/** Whoever points at another's rows goes first. */
const order: readonly DomainName[] = ['support', 'orders', 'users', 'catalog', 'storefront']

/** The old tables are renamed, and dropped. Its reverse window is waived: nobody waits for 72 hours here. */
export const decommissionAll: Stage = {
  name: 'decommission',
  title: `matapalo decommission ${order.join(', ')}`,
  async run({ arena, say }) {
    for (const domain of order) {
      const ran = await arena.decommission(domain)
      say(`${domain}: its old tables are gone`)
      for (const statement of ran) say(`  ${statement.replace(/\s+/g, ' ')}`)
    }
  },
}
