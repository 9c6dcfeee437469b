/**
 * The topics that the feeds need, and their settings. Names of domain topics are in names.ts.
 *
 * @module
 */
import type { Side } from '@matapalo/core'
import type { Kafka, TopicSpec } from './feed.ts'
import { domainTopic } from './names.ts'

/** `topic.prefix` of a connector, and the first part of its internal names. */
export const topicPrefix = (side: Side): string =>
  side === 'monolith' ? 'mp-monolith' : 'mp-services'

export const historyTopic = (side: Side): string => `mp.history.${side}`
export const signalTopic = (side: Side): string => `mp.signals.${side}`
export const notificationsTopic = (side: Side): string => `mp.notifications.${side}`

/** Nothing is compacted and nothing expires while a migration lasts. */
const kept = { 'cleanup.policy': 'delete', 'retention.ms': '-1', 'retention.bytes': '-1' }

export const feedTopics = (side: Side, domains: readonly string[]): readonly TopicSpec[] => [
  ...domains.map((domain) => ({ topic: domainTopic(side, domain), config: kept })),
  { topic: historyTopic(side), config: kept },
  { topic: notificationsTopic(side), config: { 'retention.ms': '604800000' } },
  { topic: signalTopic(side), config: { 'retention.ms': '86400000' } },
  // The signal table is captured too, into a topic of the connector's own naming.
  {
    topic: `${topicPrefix(side)}.matapalo.debezium_signal`,
    config: { 'retention.ms': '86400000' },
  },
]

export const ensureFeedTopics = (
  kafka: Kafka,
  side: Side,
  domains: readonly string[],
): Promise<void> => kafka.ensureTopics(feedTopics(side, domains))
