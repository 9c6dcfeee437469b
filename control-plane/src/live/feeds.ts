/**
 * Topics and connectors: a feed is up when a marker written at its source has reached its topic.
 *
 * @module
 */
import {
  type ConnectClient,
  type ConnectorStatus,
  connectorName,
  renderConnector,
} from '@matapalo/cdc/connectors'
import type { Kafka } from '@matapalo/cdc/feed'
import { writeMarker } from '@matapalo/cdc/markers'
import { domainTopic } from '@matapalo/cdc/names'
import { readTopicIdOf } from '@matapalo/cdc/topicId'
import { ensureFeedTopics } from '@matapalo/cdc/topics'
import { type Manifest, MatapaloError, type Side } from '@matapalo/core'
import { until } from '@matapalo/runtime'
import { createBackOff } from './backOff.ts'
import { type Stores, schemaOf, tablesOf } from './stores.ts'

export interface FeedAccount {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
}

export interface FeedsParts {
  readonly connect: ConnectClient
  readonly kafka: Kafka
  readonly brokers: readonly string[]
  /** How long connectors gather changes, ms. */
  readonly pollMs: number
  /** As Connect reaches the servers. */
  readonly accounts: Readonly<Record<Side, FeedAccount>>
  readonly stores: Stores
}

/** A connector runs by its own word, or does not, and no change comes through. */
export class FeedSilent extends MatapaloError {
  readonly code = 'MATAPALO_FEED_SILENT'
  override readonly retryable = true

  constructor(side: Side, status: ConnectorStatus, limitMs: number) {
    super(
      `connector ${connectorName(side)} is ${status.state}${status.reason === null ? '' : ` (${status.reason})`}, ` +
        `and no marker came through within ${limitMs} ms; look at Connect's log, then run the command again`,
    )
  }
}

export class Feeds {
  readonly #parts: FeedsParts
  readonly #backOff = { monolith: createBackOff(), service: createBackOff() }

  constructor(parts: FeedsParts) {
    this.#parts = parts
  }

  get kafka(): Kafka {
    return this.#parts.kafka
  }

  status(side: Side): Promise<ConnectorStatus> {
    return this.#parts.connect.status(connectorName(side))
  }

  topicId(topic: string): Promise<string> {
    return readTopicIdOf(this.#parts.brokers, topic)
  }

  async ensureTopics(domains: readonly string[]): Promise<void> {
    await ensureFeedTopics(this.#parts.kafka, 'monolith', domains)
    await ensureFeedTopics(this.#parts.kafka, 'service', domains)
  }

  /** Starts or extends the connector of one side, and waits until `proof`'s marker comes through. */
  async ensureConnector(
    side: Side,
    manifests: readonly Manifest[],
    proof: string,
    limitMs = 60_000,
  ): Promise<void> {
    const { connect, kafka, brokers, pollMs, accounts, stores } = this.#parts
    await ensureFeedTopics(
      kafka,
      side,
      manifests.map(({ domain }) => domain),
    )
    const topic = domainTopic(side, proof)
    await connect.put(
      renderConnector({
        side,
        database: accounts[side],
        kafkaBrokers: brokers.join(','),
        pollIntervalMs: pollMs,
        domains: manifests.map((manifest) => ({
          domain: manifest.domain,
          schema: schemaOf(manifest, side),
          tables: tablesOf(manifest, side),
        })),
      }),
    )
    const before = (await kafka.bounds(topic)).high
    const arrived = await until(
      async () => {
        await writeMarker(stores[side], proof)
        return (await kafka.bounds(topic)).high > before
      },
      { timeoutMs: limitMs, everyMs: 200 },
    )
    if (arrived !== true) throw new FeedSilent(side, await this.status(side), limitMs)
  }

  /** The connector reads these domains' tables only; without any, it ends. */
  async release(side: Side, manifests: readonly Manifest[]): Promise<void> {
    const [proof] = manifests
    if (proof === undefined) await this.#parts.connect.delete(connectorName(side))
    else await this.ensureConnector(side, manifests, proof.domain)
  }

  /** A failed task does not come back by itself. @returns true when it was started again */
  async revive(side: Side, nowMs = performance.now()): Promise<boolean> {
    const { state } = await this.status(side)
    if (!this.#backOff[side].due(state === 'FAILED', nowMs)) return false
    const { connect } = this.#parts
    const name = connectorName(side)
    if ((await connect.place(name)) === 'hollow') await connect.startAnew(name)
    else await connect.restart(name)
    return true
  }

  /** Milliseconds until {@link revive} starts a failed connector again; null: none has failed. */
  retryInMs(side: Side): number | null {
    return this.#backOff[side].inMs(performance.now())
  }
}
