import { sleep } from '@matapalo/runtime'
import { ownerStore } from '../../traffic/ownerStore.ts'
import { openBrowser } from '../browser.ts'
import type { Show, Stage } from '../stage.ts'

async function begin(show: Show): Promise<void> {
  const { arena, traffic, options, say } = show
  await traffic.prepare()
  await arena.rememberStock()
  show.stockBefore = await ownerStore(arena.shop, 'monolith').unexplainedStock()
  await traffic.start()
  say(`${options.customers} customers, ${options.clerks} staff, ${options.rate} requests/s`)
  show.trafficSince = Date.now()
}

/** Customers and staff log in and start; the shop is still as it always was. */
export const startTraffic: Stage = {
  name: 'traffic',
  title: 'customers and staff arrive; checkout takes stock in its own transaction',
  async run(show) {
    await begin(show)
    await sleep(5_000)
  },
}

/** Half of them with cookies, half with tokens; and one with a browser and an open cart. */
export const arrive: Stage = {
  name: 'traffic',
  title: 'customers and staff arrive, half of them with tokens; nobody logs in again',
  async run(show) {
    const { arena, traffic, options, say } = show
    await begin(show)
    const { cookies, bearers } = await traffic.lasting()
    say(`${cookies} sessions with a cookie, ${bearers} with tokens`)
    show.browser = await openBrowser(arena.stack.urls['edge-1'] ?? '')
    show.browserSkipped = show.browser === null ? 'no Chromium is installed' : null
    if (show.browser === null) return say('no Chromium is installed: no browser takes part')
    const number = options.customers + 1
    await show.browser.logIn(`customer${number}@bookshop.test`, `secret-${number}`)
    await show.browser.fill(50)
    say('one customer with Chromium and an open cart')
  },
}
