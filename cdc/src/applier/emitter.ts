/**
 * What a change of the monolith's tables is to the service's consumers: the events that its manifest
 * names under `emits:`, in the service's terms.
 *
 * Pure. An event's id comes from its change's place in the source's binlog, so that it is the same
 * however often the change is read. Rows of a snapshot are states, not changes: they tell nothing.
 *
 * @module
 */
import { createHash } from 'node:crypto'
import {
  type CompiledTable,
  type Emit,
  type EmitColumn,
  MatapaloError,
  type Row,
  type SqlValue,
} from '@matapalo/core'
import type { Change } from '../change.ts'

/** The mapped row of each of the service's tables. */
export type MappedRows = ReadonlyMap<string, Row>

export interface OutboxEvent {
  readonly emit: Emit
  /** A UUID. */
  readonly id: string
  readonly aggregateId: string
  /** What the payload is made of. */
  readonly rows: MappedRows
}

export interface Emitter {
  eventsOf(domain: string, change: Change): readonly OutboxEvent[]
}

const kinds: Readonly<Record<string, Emit['on'][number]>> = {
  c: 'insert',
  u: 'update',
  d: 'delete',
}

/** A value of the mapped rows; undefined: there is no such column. */
export const columnOf = (rows: MappedRows, { table, column }: EmitColumn): SqlValue | undefined =>
  rows.get(table)?.[column]

const textOf = (value: SqlValue | undefined): string | null =>
  value === undefined || value === null ? null : String(value)

function idOf(domain: string, position: string, index: number): string {
  const hex = createHash('sha256').update(`${domain} ${position} ${index}`).digest('hex')
  // RFC 9562, 5.8: version 8, whose bits are our own.
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 3) | 8).toString(16)
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-')
}

export function createEmitter(
  emits: readonly Emit[],
  maps: readonly Pick<CompiledTable, 'source' | 'forward'>[],
): Emitter {
  const bySource = new Map(maps.map((map) => [map.source, map] as const))

  const mapped = (table: string, row: Row | null): MappedRows | null => {
    const map = bySource.get(table)
    if (row === null || map === undefined) return null
    return new Map(map.forward(row).map((one) => [one.table, one.row] as const))
  }

  /** A version that did not fit was never told of: to consumers the row is as good as new. */
  const earlier = (change: Change): MappedRows | null => {
    try {
      return mapped(change.table, change.before)
    } catch (error) {
      if (error instanceof MatapaloError) return null
      throw error
    }
  }

  return {
    eventsOf(domain, change) {
      const kind = kinds[change.op]
      // The second half of a change of key tells it.
      if (kind === undefined || change.keyChange === 'old') return []
      const told = change.keyChange === 'new' ? 'update' : kind
      const wanted = emits.filter(({ of, on }) => of === change.table && on.includes(told))
      if (wanted.length === 0) return []
      const after = mapped(change.table, change.after)
      const before = after === null ? mapped(change.table, change.before) : earlier(change)
      const rows = after ?? before
      if (rows === null) return []
      return wanted.flatMap((emit): readonly OutboxEvent[] => {
        const holds = (state: MappedRows | null): boolean =>
          state !== null && emit.when.every((one) => textOf(columnOf(state, one)) === one.equals)
        const news = told === 'delete' ? holds(rows) : holds(rows) && !holds(before)
        if (emit.when.length > 0 && !news) return []
        const differs = (one: EmitColumn): boolean =>
          textOf(columnOf(rows, one)) !==
          textOf(before === null ? undefined : columnOf(before, one))
        if (told === 'update' && emit.changed.length > 0 && !emit.changed.some(differs)) return []
        return [
          {
            emit,
            id: idOf(domain, change.position, emits.indexOf(emit)),
            aggregateId: `${emit.aggregate.prefix}${textOf(columnOf(rows, emit.aggregate.id)) ?? ''}`,
            rows,
          },
        ]
      })
    },
  }
}
