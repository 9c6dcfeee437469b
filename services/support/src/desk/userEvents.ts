/**
 * What events of accounts mean here. A deleted account gets no more mail and asks no more questions;
 * if it was an agent's, its open cases wait in the queue again. Tickets stay: they name a number only.
 *
 * Nothing that a fence could refuse is written, so the topic never waits for a transfer.
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

export const consumerName = 'support-users'
export const topic = 'shop.user'

export const userDeleted =
  (now: () => Date, log: Log): HandleEvent =>
  async (transaction, event) => {
    const userId = Number(event.payload.user_id ?? event.aggregateId)
    if (!Number.isInteger(userId) || userId <= 0) {
      // Waiting would not make it readable; the topic goes on.
      log.error({ eventId: event.id, event: event.type }, 'event.unreadable')
      return
    }
    await transaction('notification')
      .where({ user_id: userId, state: 'waiting' })
      .update({ state: 'dropped' })
    await transaction('bot_question').where({ user_id: userId }).delete()
    await transaction('order_claim').where({ user_id: userId }).delete()
    await transaction('assignment')
      .where({ agent_id: userId })
      .whereNull('closed_at')
      .update({ agent_id: null, updated_at: utcText(now()) })
    await transaction('agent').where({ user_id: userId }).delete()
  }

export interface FollowParts {
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

export function followUsers(parts: FollowParts): Stoppable {
  const { brokers, group = consumerName, database, now, metrics, log } = parts
  return follow({
    name: consumerName,
    group,
    brokers,
    topics: [topic],
    database,
    log,
    handlers: { 'user.deleted': userDeleted(now, log) },
    onOutcome: (_type, outcome) => {
      metrics.events.inc({ outcome })
      parts.onOutcome?.(outcome)
    },
  })
}
