import { sleep } from '@matapalo/runtime'
import type { Stage } from '../stage.ts'

/** Customers and staff log in and start; the shop is still as it always was. */
export const startTraffic: Stage = {
  name: 'traffic',
  title: 'customers and staff arrive; checkout takes stock in its own transaction',
  async run(show) {
    const { arena, traffic, options, say } = show
    await traffic.prepare()
    await arena.rememberStock()
    await traffic.start()
    say(`${options.customers} customers, ${options.clerks} staff, ${options.rate} requests/s`)
    show.trafficSince = Date.now()
    await sleep(5_000)
  },
}
