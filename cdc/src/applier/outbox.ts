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
import { columnOf, type OutboxEvent } from './emitter.ts'
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

/** A row that is gone again is taken for the first: there is nothing left that it came after. */
async function isFirst(
  { emit: { notFirstOf }, rows }: OutboxEvent,
  keyOf: (table: string) => readonly string[],
  lookUp: LookUp,
): Promise<boolean> {
  if (notFirstOf === undefined) return false
  const { table, column } = notFirstOf
  const own = rows.get(table)
  const [first] = await lookUp(table, { [column]: columnOf(rows, notFirstOf) ?? null })
  return first === undefined || keyOf(table).every((name) => first[name] === own?.[name])
}

export function createOutbox(schema: string, shapes: readonly TableShape[]): Outbox {
  const keyOf = (table: string): readonly string[] =>
    shapes.find((one) => one.table === table)?.primaryKey ?? []
  const order = (table: string): string => keyOf(table).map(quoteName).join(', ')
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
      const lookUp = lookUpIn(session)
      for (const event of events) {
        if (await isFirst(event, keyOf, lookUp)) continue
        const { emit, id, aggregateId, rows } = event
        const payload = await payloadOf(emit.payload, rows, lookUp)
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
