/**
 * Turns ticket events into notifications. The kit writes the event's id and this the notifications in
 * one transaction, so that replaying the topic notifies nobody twice.
 *
 * @module
 */
import { type Consumer, type HandleEvent, startConsumer } from '@bookshop/kit/consumer'
import type { Database } from '@bookshop/kit/database'
import { utcText } from '@bookshop/kit/instants'
import type { Log } from '@bookshop/kit/log'
import type { Metrics } from '../metrics.ts'
import { noticesFor, readPayload } from './texts.ts'

export const consumerName = 'support-notifier'
export const topic = 'shop.ticket'
const types = ['ticket.opened', 'ticket.answered', 'ticket.assigned', 'ticket.closed'] as const

export const notify =
  (now: () => Date, log: Log): HandleEvent =>
  async (transaction, event) => {
    const payload = readPayload(event.payload)
    if (payload === null) {
      // Waiting would not make it readable; the topic goes on.
      log.error({ eventId: event.id, event: event.type }, 'event.unreadable')
      return
    }
    const at = utcText(now())
    for (const { audience, userId, subject, body } of noticesFor(event.type, payload)) {
      await transaction('notification').insert({
        event_id: event.id,
        audience,
        user_id: userId,
        subject,
        body,
        due_at: at,
        created_at: at,
      })
    }
  }

export interface NotifierParts {
  readonly brokers: readonly string[]
  readonly database: Database
  readonly now: () => Date
  readonly metrics: Metrics
  readonly log: Log
}

const againMs = 2000

/** Starts in the background, and again until Kafka and the topic are there. */
export function startNotifier(parts: NotifierParts): { stop(): Promise<void> } {
  const { brokers, database, now, metrics, log } = parts
  const handle = notify(now, log)
  let stopping = false
  let wake: () => void = () => {}

  const start = async (): Promise<Consumer | null> => {
    while (!stopping) {
      try {
        return await startConsumer({
          name: consumerName,
          brokers,
          topics: [topic],
          database,
          log,
          handlers: Object.fromEntries(types.map((type) => [type, handle])),
          onOutcome: (_type, outcome) => metrics.events.inc({ outcome }),
        })
      } catch (error) {
        log.warn({ err: error }, 'consumer.delayed')
        await new Promise<void>((resolve) => {
          wake = resolve
          setTimeout(resolve, againMs).unref()
        })
      }
    }
    return null
  }

  const started = start()
  return {
    async stop() {
      stopping = true
      wake()
      await (await started)?.stop()
    },
  }
}
