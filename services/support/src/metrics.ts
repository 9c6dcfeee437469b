/**
 * What this process measures besides its requests.
 *
 * @module
 */
import { serviceMetrics } from '@bookshop/kit/metrics'
import { Counter } from 'prom-client'

export function createMetrics() {
  const shared = serviceMetrics('support')
  const { registers } = shared
  return {
    ...shared,
    missing: new Counter({
      name: 'support_missing_total',
      help: 'Answers that had to do without another service',
      labelNames: ['service'] as const,
      registers,
    }),
    botQuestions: new Counter({
      name: 'support_bot_questions_total',
      help: 'Questions to the bot, by how they ended: answered or handed_over',
      labelNames: ['outcome'] as const,
      registers,
    }),
    events: new Counter({
      name: 'support_events_total',
      help: 'Ticket events that the notifier received, by outcome',
      labelNames: ['outcome'] as const,
      registers,
    }),
    notifications: new Counter({
      name: 'support_notifications_total',
      help: 'Notifications by outcome: sent, postponed, dropped',
      labelNames: ['outcome'] as const,
      registers,
    }),
  }
}

export type Metrics = ReturnType<typeof createMetrics>
