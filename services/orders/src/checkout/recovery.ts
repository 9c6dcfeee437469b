/**
 * Finishes what was left between two steps, at start and every second: checkouts that nobody works on,
 * refunds, parcels to be booked, and what the old shop left behind.
 *
 * While another store owns the tables the database refuses the writes. The loop then says nothing and
 * looks again later, less and less often up to ten times its interval: the owner finishes them.
 *
 * @module
 */
import { isWriteRefused } from '@bookshop/kit/database'
import { ApiError } from '@bookshop/kit/errors'
import type { Stoppable } from '@bookshop/kit/process'
import { momentOf, utcMillis } from '../instants.ts'
import { finishRefund, openRefunds } from '../payments/refund.ts'
import { bookParcel, openParcels } from '../shipping/book.ts'
import type { Shop } from '../shop.ts'
import { claim, release } from './claim.ts'
import {
  finishInheritedIntent,
  finishInheritedOrder,
  inheritedIntents,
  inheritedOrders,
} from './inherited.ts'
import { failureOf, giveUp } from './moves.ts'
import { runSaga } from './run.ts'
import { asBegun, readSaga, type Saga } from './saga.ts'

const batch = 100
/** One that waits for another service does not hold up the others. */
const atOnce = 8

const dueSagas = (shop: Shop): Promise<string[]> => {
  const now = utcMillis(shop.now())
  return shop
    .database('checkout_saga')
    .whereNot('step', 'done')
    .where((free) => free.whereNull('claimed_until').orWhere('claimed_until', '<=', now))
    .where((due) => due.whereNull('due_at').orWhere('due_at', '<=', now))
    .orderBy('created_at')
    .limit(batch)
    .pluck('reference')
}

const tooOld = new ApiError(503, 'checkout_too_slow', 'This checkout was given up; begin a new one')

/** Nobody waits any more for an order that is not written after this time. */
const isTooOld = (shop: Shop, saga: Saga): boolean =>
  (saga.step === 'begun' || saga.step === 'reserved') &&
  shop.now().getTime() - momentOf(saga.createdAt) > shop.patience.checkoutLimit

export async function finishSaga(shop: Shop, reference: string): Promise<void> {
  if (!(await claim(shop, reference))) return
  try {
    const saga = await readSaga(shop.database, reference)
    if (!saga) return
    await asBegun(saga, async () => {
      if (isTooOld(shop, saga)) await giveUp(shop, saga, failureOf(tooOld))
      await runSaga(shop, reference)
    })
  } finally {
    await release(shop, reference)
  }
}

interface Work {
  readonly kind: string
  readonly find: (shop: Shop, limit: number) => Promise<readonly string[]>
  readonly finish: (shop: Shop, reference: string) => Promise<unknown>
}

const works: readonly Work[] = [
  { kind: 'checkout', find: dueSagas, finish: finishSaga },
  { kind: 'inherited_order', find: inheritedOrders, finish: finishInheritedOrder },
  { kind: 'inherited_intent', find: inheritedIntents, finish: finishInheritedIntent },
  { kind: 'refund', find: openRefunds, finish: finishRefund },
  { kind: 'parcel', find: openParcels, finish: bookParcel },
]

/** One look. Resolves to false when the database refused a write. */
export async function recoverOnce(
  shop: Shop,
  isStopping: () => boolean = () => false,
): Promise<boolean> {
  let accepted = true
  for (const { kind, find, finish } of works) {
    const left = [...(await find(shop, batch))]
    const worker = async (): Promise<void> => {
      for (let one = left.shift(); one !== undefined; one = left.shift()) {
        if (isStopping() || !accepted) return
        try {
          await finish(shop, one)
          shop.metrics.recovered.inc({ kind })
        } catch (error) {
          accepted = accepted && !refused(shop, error, kind)
        }
      }
    }
    await Promise.all(Array.from({ length: atOnce }, worker))
    if (!accepted) return false
  }
  return true
}

function refused(shop: Shop, error: unknown, kind: string): boolean {
  if (isWriteRefused(error)) {
    shop.metrics.refusedWrites.inc({ origin: 'recovery' })
    return true
  }
  shop.log.warn({ err: error, kind }, 'recovery.later')
  return false
}

export function startRecovery(shop: Shop, intervalMs: number): Stoppable {
  let stopping = false
  let wake = (): void => {}
  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })

  const run = async (): Promise<void> => {
    let wait = intervalMs
    while (!stopping) {
      try {
        const accepted = await recoverOnce(shop, () => stopping)
        wait = accepted ? intervalMs : Math.min(wait * 2, intervalMs * 10)
      } catch (error) {
        shop.log.warn({ err: error }, 'recovery.failed')
        wait = intervalMs
      }
      if (!stopping) await pause(wait)
    }
  }
  const ended = run()
  return {
    stop() {
      stopping = true
      wake()
      return ended
    },
  }
}
