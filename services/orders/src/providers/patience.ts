/**
 * Asks another service again and again until it answers or the time is up: its own, or that of the
 * request for which it is asked.
 *
 * @module
 */
import { ServiceUnavailable } from '@bookshop/kit/client'
import { inTime, timeLeft } from '@bookshop/kit/deadline'

const firstPauseMs = 50
const longestPauseMs = 1000

/** @param gaveUp makes the error that is thrown when the time is up */
export async function patiently<T>(
  patienceMs: number,
  gaveUp: (cause: unknown) => Error,
  ask: () => Promise<T>,
): Promise<T> {
  const until = performance.now() + Math.min(patienceMs, timeLeft())
  let last: unknown
  const again = async (): Promise<T> => {
    for (let pause = firstPauseMs; ; pause = Math.min(pause * 2, longestPauseMs)) {
      try {
        return await ask()
      } catch (error) {
        if (!(error instanceof ServiceUnavailable)) throw error
        last = error
      }
      if (performance.now() + pause >= until) throw gaveUp(last)
      await new Promise((resolve) => setTimeout(resolve, pause))
      // A busy process sleeps longer than it meant to.
      if (timeLeft() === 0) throw gaveUp(last)
    }
  }
  return inTime(() => gaveUp(last), again)
}
