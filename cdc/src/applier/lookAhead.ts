/**
 * Looks behind a refused change in its topic for later versions of the row, up to a marker that is
 * written at the source now: so everything is seen that a person did before saying `retry`.
 *
 * @module
 */
import type { Change } from '../change.ts'
import type { EnvelopeDecoder } from '../envelope.ts'
import type { Kafka, Message } from '../feed.ts'
import { followRow, type LaterVersion } from './rowFollower.ts'
import type { Translator } from './rowOps.ts'
import type { Standing } from './state.ts'

export interface LookAhead {
  readonly kafka: Pick<Kafka, 'feed'>
  readonly topic: string
  readonly decoder: EnvelopeDecoder
  readonly translator: Translator
  /** Before the refused change's transaction. */
  readonly standing: Standing
  /** Writes a marker at the source; gives its token. */
  readonly mark: () => Promise<bigint>
  readonly signal: AbortSignal
}

/** 10000 (ten seconds) without any message: the marker does not come through. */
const silentMs = 10_000

/** What the feed holds of each row; or why that is not known. */
export async function laterVersions(
  options: LookAhead,
  refused: readonly Change[],
): Promise<readonly (LaterVersion | null)[] | { readonly unknown: string }> {
  const { decoder, translator, standing, signal } = options
  const followers = refused.map((change) =>
    followRow(change, (one) => translator.keyOf(one), standing.position),
  )
  const from = refused.reduce(
    (least, { offset }) => (offset < least ? offset : least),
    refused[0]?.offset ?? 0n,
  )
  const token = await options.mark()
  const ended = Promise.withResolvers<'reached' | 'silent'>()
  ended.promise.catch(() => undefined)
  let silence: NodeJS.Timeout | undefined
  const watch = (): void => {
    clearTimeout(silence)
    silence = setTimeout(() => ended.resolve('silent'), silentMs)
  }
  const onMessages = async (messages: readonly Message[]): Promise<void> => {
    watch()
    for (const message of messages) {
      const event = decodedOrNull(decoder, message)
      if (event === null) continue
      // Behind the owner's change of sides rows mean something else.
      if (event.type === 'marker' && (event.term > standing.term || event.token >= token))
        return ended.resolve('reached')
      followers.forEach((follower, at) => {
        if (event.offset > (refused[at]?.offset ?? 0n)) follower.take(event)
      })
    }
  }
  const onAbort = (): void => ended.reject(signal.reason)
  signal.addEventListener('abort', onAbort)
  watch()
  try {
    signal.throwIfAborted()
    const feed = await options.kafka.feed({
      topic: options.topic,
      from,
      onMessages,
      onEnd: (error) => ended.reject(error),
    })
    try {
      if ((await ended.promise) === 'silent')
        return {
          unknown: `the feed brought nothing for ${silentMs / 1000} s; is its connector running?`,
        }
    } finally {
      await feed.stop().catch(() => undefined)
    }
    return followers.map(({ found }) => found)
  } finally {
    clearTimeout(silence)
    signal.removeEventListener('abort', onAbort)
  }
}

const decodedOrNull = (decoder: EnvelopeDecoder, message: Message) => {
  try {
    return decoder.decode(message)
  } catch {
    // Refused by itself when its turn comes.
    return null
  }
}
