/**
 * Writes events into the service's outbox, in the transaction that writes the rows they tell of. Each
 * is inserted and removed again: Debezium's EventRouter reads the insertion from the binary log, and
 * the table stays empty.
 *
 * @module
 */
import type { Row, TableShape } from '@matapalo/core'
import type { Session } from '@matapalo/runtime'
import { quoteName, quoteTable } from '../names.ts'
import type { OutboxEvent } from './emitter.ts'
import { type LookUp, payloadOf } from './payload.ts'

export interface Outbox {
  /** In order, within the session's open transaction. */
  write(session: Session, events: readonly OutboxEvent[]): Promise<void>
}

/** Numbers as text, so that none is rounded. */
const asRow = (row: Readonly<Record<string, unknown>>): Row =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      value === null || value instanceof Uint8Array ? value : String(value),
    ]),
  )

export function createOutbox(schema: string, shapes: readonly TableShape[]): Outbox {
  const order = (table: string): string =>
    (shapes.find((one) => one.table === table)?.primaryKey ?? []).map(quoteName).join(', ')
  const lookUpIn =
    (session: Session): LookUp =>
    async (table, by) => {
      const columns = Object.keys(by)
      const where = columns.map((name) => `${quoteName(name)} = ?`).join(' AND ')
      const rows = await session.query(
        `SELECT * FROM ${quoteTable(schema, table)} WHERE ${where} ORDER BY ${order(table)}`,
        Object.values(by),
      )
      return rows.map(asRow)
    }
  return {
    async write(session, events) {
      for (const { emit, id, aggregateId, rows } of events) {
        const payload = await payloadOf(emit.payload, rows, lookUpIn(session))
        const outbox = quoteTable(schema, emit.into)
        const [stamp, now] =
          emit.stamp === null ? ['', ''] : [`, ${quoteName(emit.stamp)}`, ', UTC_TIMESTAMP(6)']
        await session.execute(
          `INSERT INTO ${outbox} (id, aggregatetype, aggregateid, type, payload${stamp})
           VALUES (?, ?, ?, ?, ?${now})`,
          [id, emit.aggregate.type, aggregateId, emit.type, payload],
        )
        await session.execute(`DELETE FROM ${outbox} WHERE id = ?`, [id])
      }
    },
  }
}
