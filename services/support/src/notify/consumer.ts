/**
 * Turns ticket events into notifications. The kit writes the event's id and this the notifications in
 * one transaction, so that replaying the topic notifies nobody twice.
 *
 * @module
 */
import type { HandleEvent, Outcome } from '@bookshop/kit/consumer'
import type { Database } from '@bookshop/kit/database'
import { follow } from '@bookshop/kit/follow'
import { utcText } from '@bookshop/kit/instants'
import type { Log } from '@bookshop/kit/log'
import type { Stoppable } from '@bookshop/kit/process'
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
  /** The Kafka group; `consumerName` unless a replay says otherwise. */
  readonly group?: string
  readonly database: Database
  readonly now: () => Date
  readonly metrics: Metrics
  readonly log: Log
  /** Told each outcome besides the metrics. */
  readonly onOutcome?: (outcome: Outcome) => void
}

export function startNotifier(parts: NotifierParts): Stoppable {
  const { brokers, group = consumerName, database, now, metrics, log } = parts
  const handle = notify(now, log)
  return follow({
    name: consumerName,
    group,
    brokers,
    topics: [topic],
    database,
    log,
    handlers: Object.fromEntries(types.map((type) => [type, handle])),
    onOutcome: (_type, outcome) => {
      metrics.events.inc({ outcome })
      parts.onOutcome?.(outcome)
    },
  })
}
