/**
 * Waits until a connector streams for certain, so that no event is written that it will never send: it
 * begins where the binary log stands when it first looks (snapshot.mode no_data), and Connect says
 * RUNNING seconds before that.
 *
 * Two signs, both without a trace: the server sends it the binary log, so its beginning is settled; and
 * Connect has stored where it would go on, so that a restart does not settle it anew. Rejected: a row
 * in an outbox that is seen to arrive, since each consumer would have to know and ignore it.
 *
 * @module
 */
import { until } from '@matapalo/runtime'

/** Errors count as no, until the time is up. */
export interface StreamingSigns {
  /** The server sends it the binary log. */
  isReading(): Promise<boolean>
  /** Connect has stored where it would go on. */
  hasPlace(): Promise<boolean>
  /** What Connect says of it, for the error. */
  state(): Promise<string>
}

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

export interface StreamingLimits {
  readonly timeoutMs: number
  readonly everyMs: number
}

/** Throws one Error that says which sign was missing, and what Connect says. */
export async function untilStreaming(
  name: string,
  signs: StreamingSigns,
  { timeoutMs, everyMs }: StreamingLimits,
): Promise<void> {
  let missing = ''
  const shows = async (sign: () => Promise<boolean>, words: string): Promise<boolean> => {
    try {
      if (await sign()) return true
      missing = words
    } catch (error) {
      missing = `${words} (${wordsOf(error)})`
    }
    return false
  }
  const streams = await until(
    async () =>
      (await shows(() => signs.isReading(), 'the server sends it no binary log')) &&
      (await shows(() => signs.hasPlace(), 'Connect has not stored where it would go on')),
    { timeoutMs, everyMs },
  )
  if (streams) return
  const state = await signs.state().catch(wordsOf)
  throw new Error(
    `${name} does not stream after ${timeoutMs} ms: ${missing}; Connect says: ${state}. ` +
      'Events written now might never be sent; see the log of connect',
  )
}
