/**
 * Who works on a checkout. A claim is for a time: a process that died keeps it no longer than that,
 * and one that comes back under its own name takes its claims with it at once.
 *
 * @module
 */
import { type Database, inTransaction } from '@bookshop/kit/database'
import { later, utcMillis } from '../instants.ts'
import type { Shop } from '../shop.ts'

/**
 * False when somebody else works on it, or nothing is left to do.
 *
 * Touches the rows that the work will write, without changing them: where another store owns them the
 * database refuses here, before money moves or stock is taken.
 */
export const claim = (shop: Shop, reference: string): Promise<boolean> =>
  inTransaction(shop.database, async (transaction) => {
    const now = shop.now()
    const claimed = await transaction('checkout_saga')
      .where({ reference })
      .whereNot('step', 'done')
      .where((free) =>
        free.whereNull('claimed_until').orWhere('claimed_until', '<=', utcMillis(now)),
      )
      .update({ claimed_by: shop.instance, claimed_until: later(now, shop.patience.claim) })
    if (claimed !== 1) return false
    for (const table of ['checkout', 'order'] as const) {
      const same = table === 'checkout' ? 'state' : 'status'
      await transaction(table)
        .where({ reference })
        .update({ [same]: transaction.ref(same) })
    }
    return true
  })

export const release = (shop: Shop, reference: string): Promise<number> =>
  shop
    .database('checkout_saga')
    .where({ reference, claimed_by: shop.instance })
    .update({ claimed_by: null, claimed_until: null })

/** What a process of this name held when it died. */
export const releaseAll = (database: Database, instance: string): Promise<number> =>
  database('checkout_saga')
    .where({ claimed_by: instance })
    .update({ claimed_by: null, claimed_until: null })
