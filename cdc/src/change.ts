/**
 * What comes out of a change feed once Debezium's JSON is decoded: changes of owned tables and the
 * toolkit's markers, each with its place in Kafka and in the source's binlog.
 *
 * @module
 */
import type { Op, Row, Side } from '@matapalo/core'

/** Where an event stands: in the topic, and in the source's binlog. */
export interface Place {
  /** Kafka offset of the message. */
  readonly offset: bigint
  /** GTID of the source transaction; null for snapshot rows. */
  readonly gtid: string | null
  /** Opaque: `gtid file:pos:row`. */
  readonly position: string
}

export interface Change extends Place {
  readonly type: 'change'
  readonly op: Op
  /** Source table, without its schema. */
  readonly table: string
  /**
   * Whole rows (row image FULL); null where the op has none. Decoded at each access, since echoes
   * are never looked into; throws Undecodable or SchemaDrift.
   */
  readonly before: Row | null
  readonly after: Row | null
  /** Who wrote it: our applier's sessions set their own. */
  readonly serverId: number
  /** SQL text, where the server annotates it; for people, never for logs. */
  readonly query: string | null
  /** The message itself, for a quarantine record; it holds row values. */
  readonly payload: string
  /** The `d` and `c` halves of one UPDATE that changed the primary key. */
  readonly keyChange: 'old' | 'new' | null
}

export interface MarkerSeen extends Place {
  readonly type: 'marker'
  readonly token: bigint
  readonly generation: string
  readonly term: number
  readonly owner: Side | null
  /** Milliseconds since 1970 by the source server's clock. */
  readonly writtenAtMs: number
}

export type FeedEvent = Change | MarkerSeen
