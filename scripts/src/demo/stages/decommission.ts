import { sleep } from '@matapalo/runtime'
import type { DomainName } from '../../arena/arena.ts'
import { ControlRefused } from '../../arena/control.ts'
import type { Show, Stage } from '../stage.ts'

/** Whoever points at another's rows goes first. */
const order: readonly DomainName[] = ['support', 'orders', 'users', 'catalog', 'storefront']

/** An act that was cut short is ended by asking for it again. */
async function end({ arena, say }: Show, domain: DomainName): Promise<readonly string[]> {
  for (let left = 4; ; left -= 1) {
    try {
      return await arena.decommission(domain)
    } catch (error) {
      const cutShort = !(error instanceof ControlRefused) || error.status >= 500
      if (!cutShort || left === 0) throw error
      say(`${domain}: ${error instanceof Error ? error.message : String(error)}; asked again`)
      await sleep(2_000)
    }
  }
}

/** The old tables are renamed, and dropped. Its reverse window is waived: nobody waits for 72 hours here. */
export const decommissionAll: Stage = {
  name: 'decommission',
  title: `matapalo decommission ${order.join(', ')}`,
  async run(show) {
    for (const domain of order) {
      const ran = await end(show, domain)
      show.say(`${domain}: its old tables are gone`)
      for (const statement of ran) show.say(`  ${statement.replace(/\s+/g, ' ')}`)
    }
  },
}
