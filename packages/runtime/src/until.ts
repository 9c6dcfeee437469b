/**
 * Waiting on a condition, and on time, in one place.
 *
 * @module
 */
import { setTimeout as sleep } from 'node:timers/promises'

export { sleep }

/**
 * Calls `probe` every `everyMs` until it gives something other than undefined or false.
 *
 * @returns what the probe gave, or undefined after `timeoutMs`
 */
export async function until<T>(
  probe: () => Promise<T | undefined | false> | T | undefined | false,
  options: { readonly timeoutMs: number; readonly everyMs?: number; readonly signal?: AbortSignal },
): Promise<T | undefined> {
  const end = performance.now() + options.timeoutMs
  for (;;) {
    options.signal?.throwIfAborted()
    const value = await probe()
    if (value !== undefined && value !== false) return value
    if (performance.now() >= end) return undefined
    await sleep(options.everyMs ?? 10)
  }
}
