/**
 * Asks another service again and again until it answers or the time is up.
 *
 * @module
 */
import { ServiceUnavailable } from '@bookshop/kit/client'

const firstPauseMs = 50
const longestPauseMs = 1000

/** @param gaveUp makes the error that is thrown when the time is up */
export async function patiently<T>(
  patienceMs: number,
  gaveUp: (cause: unknown) => Error,
  ask: () => Promise<T>,
): Promise<T> {
  const deadline = performance.now() + patienceMs
  for (let pause = firstPauseMs; ; pause = Math.min(pause * 2, longestPauseMs)) {
    try {
      return await ask()
    } catch (error) {
      if (!(error instanceof ServiceUnavailable)) throw error
      if (performance.now() + pause >= deadline) throw gaveUp(error)
    }
    await new Promise((resolve) => setTimeout(resolve, pause))
  }
}
