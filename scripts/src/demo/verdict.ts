/**
 * The demo's verdict: waits until nothing is on its way any more, then compares.
 *
 * @module
 */
import { until } from '@matapalo/runtime'
import type { DomainName } from '../arena/arena.ts'
import type { TrafficResult } from '../traffic/trafficProcess.ts'
import { checkShop, type Owner, type ShopVerdict } from '../traffic/verdict/checkShop.ts'
import { unfinished } from './pending.ts'
import type { Show } from './stage.ts'

/** Longer than a checkout without an order is waited for, and than a provider takes to call back. */
const settleMs = 60_000

export async function demoVerdict(show: Show, result: TrafficResult): Promise<ShopVerdict> {
  const { arena, browser, say } = show
  const ownerOf = async (domain: Exclude<DomainName, 'storefront'>): Promise<Owner> => {
    const side = await arena.owner(domain)
    return { side, db: side === 'monolith' ? arena.shop : arena.db(domain) }
  }
  const owners = {
    catalog: await ownerOf('catalog'),
    users: await ownerOf('users'),
    orders: await ownerOf('orders'),
    support: await ownerOf('support'),
  }
  const { db, side } = owners.orders
  const settled = await until(async () => (await unfinished(db, side)) === 0, {
    timeoutMs: settleMs,
    everyMs: 500,
  })
  if (settled === undefined) {
    say(`${await unfinished(db, side)} checkouts or payments were not finished in a minute`)
  }
  const bought = (browser?.orders ?? []).map((reference) => ({
    reference,
    kind: 'order' as const,
    fate: 'acknowledged' as const,
    at: 0,
  }))
  return checkShop({
    writes: [...result.writes, ...bought],
    ownPrices: new Map(result.ownPrices),
    lastStates: result.lastStates,
    stockBefore: show.stockBefore,
    owners,
    jobs: arena.shop,
  })
}
