/**
 * Events for other services: a row written in the transaction that changes the data, and removed in
 * it again, so that the table stays empty. Debezium's EventRouter reads the insertion from the binary
 * log and sends it to the topic `shop.<aggregateType>`.
 *
 * @module
 */
import { randomUUID } from 'node:crypto'
import type { Transaction } from './database.ts'
import { currentTrace } from './trace.ts'

export interface OutboxEvent {
  /** The topic's last word: `order`, `catalog`, `user`, `ticket`. */
  readonly aggregateType: string
  /** Key of the message: events of one aggregate stay in order. */
  readonly aggregateId: string
  /** Such as `order.paid`. */
  readonly type: string
  readonly payload: Readonly<Record<string, unknown>>
}

/** @returns the event's id */
export async function emit(transaction: Transaction, event: OutboxEvent): Promise<string> {
  const id = randomUUID()
  const trace = currentTrace()
  await transaction('outbox').insert({
    id,
    aggregatetype: event.aggregateType,
    aggregateid: event.aggregateId,
    type: event.type,
    payload: JSON.stringify(event.payload),
    traceparent: trace?.traceparent ?? null,
    request_id: trace?.requestId ?? null,
    created_at: transaction.raw('UTC_TIMESTAMP(6)'),
  })
  await transaction('outbox').where({ id }).delete()
  return id
}
