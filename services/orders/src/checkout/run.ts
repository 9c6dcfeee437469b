/**
 * Moves a checkout on, step by step, until it is done or has to wait.
 *
 * @module
 */
import { isUnavailable, isWriteRefused } from '@bookshop/kit/database'
import type { Shop } from '../shop.ts'
import { moves } from './moves.ts'
import { postpone, readSaga, type Saga, SagaMoved } from './saga.ts'

const retryMs = (attempts: number): number => Math.min(30_000, 250 * 2 ** Math.min(attempts, 7))

/**
 * The caller holds the claim. What fails is thrown, and tried again later by the recovery: the saga
 * stands at the last step that is certain.
 */
export async function runSaga(shop: Shop, reference: string): Promise<Saga | null> {
  for (;;) {
    const saga = await readSaga(shop.database, reference)
    if (!saga || saga.step === 'done') return saga
    try {
      if ((await moves[saga.step](shop, saga)) === 'waits') return saga
    } catch (error) {
      if (error instanceof SagaMoved) continue
      if (!isWriteRefused(error) && !isUnavailable(error)) {
        await postpone(shop.database, saga, retryMs(saga.attempts), shop.now())
      }
      throw error
    }
  }
}
