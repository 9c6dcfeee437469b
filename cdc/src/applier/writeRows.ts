/**
 * Writes row ops in the session's open transaction: a batch as few multi-row statements, or one op
 * at a time after a batch has met an error.
 *
 * @module
 */
import type { Row, TableShape } from '@matapalo/core'
import type { Session } from '@matapalo/runtime'
import type { RowOp } from './rowOps.ts'
import { keyText, type Segment, segmentsByTable, singly, type Upsert } from './segments.ts'
import { compound, type TableSql, tableSql } from './statements.ts'

/** An op that the target refused. */
export class OpFailed extends Error {
  readonly op: RowOp

  constructor(op: RowOp, cause: unknown) {
    super('op failed', { cause })
    this.op = op
  }
}

export interface RowWriter {
  /** Any error leaves the transaction to be rolled back. */
  writeBatch(session: Session, ops: readonly RowOp[]): Promise<void>
  /** In order, each by itself. @throws OpFailed naming the op */
  writeSingly(session: Session, ops: readonly RowOp[]): Promise<void>
}

/** Below 1,000, where MariaDB begins to turn IN lists into joins. */
const rowsPerStatement = 500
/** Characters: well under the smallest `max_allowed_packet` in use (16 MiB), even at 4 bytes each. */
const charactersPerStatement = 1_000_000

function* slices<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let at = 0; at < items.length; at += rowsPerStatement) {
    yield items.slice(at, at + rowsPerStatement)
  }
}

export function createRowWriter(shapes: readonly TableShape[]): RowWriter {
  const tables = new Map(shapes.map((shape) => [shape.table, tableSql(shape)] as const))
  const sqlOf = (table: string): TableSql => {
    const sql = tables.get(table)
    if (sql === undefined) throw new TypeError(`${table}: mapped to, but its shape is unknown`)
    return sql
  }

  const existing = async (
    session: Session,
    sql: TableSql,
    keys: readonly Row[],
  ): Promise<ReadonlySet<string>> => {
    const found = new Set<string>()
    for (const slice of slices(keys)) {
      for (const row of await session.query(sql.lookup(slice))) {
        const key: Record<string, string | Uint8Array | null> = {}
        for (const name of sql.keyColumns) {
          const value = row[name] ?? null
          key[name] = typeof value === 'number' ? String(value) : value
        }
        found.add(keyText(key))
      }
    }
    return found
  }

  const update = async (
    session: Session,
    sql: TableSql,
    upserts: readonly Upsert[],
  ): Promise<void> => {
    let statements: string[] = []
    let size = 0
    const flush = async (): Promise<void> => {
      if (statements.length > 0) await session.execute(compound(statements))
      statements = []
      size = 0
    }
    for (const upsert of upserts) {
      const statement = sql.update(upsert)
      if (statement === null) continue
      statements.push(statement)
      size += statement.length
      if (statements.length >= rowsPerStatement || size >= charactersPerStatement) await flush()
    }
    await flush()
  }

  /** Spares the lookup where it would cost as much as the update. @returns false when nothing was there */
  const updateOne = async (session: Session, sql: TableSql, one: Upsert): Promise<boolean> => {
    const statement = sql.update(one)
    // Matched rows count, changed or not.
    return statement !== null && (await session.execute(statement)).affectedRows > 0
  }

  const insert = async (
    session: Session,
    sql: TableSql,
    upserts: readonly Upsert[],
  ): Promise<void> => {
    // Partial rows, on the way back, come with different columns.
    const bySignature = new Map<string, Row[]>()
    for (const upsert of upserts) {
      const row = { ...upsert.defaults, ...upsert.row }
      const signature = Object.keys(row).join()
      const rows = bySignature.get(signature)
      if (rows === undefined) bySignature.set(signature, [row])
      else rows.push(row)
    }
    for (const rows of bySignature.values()) {
      for (const slice of slices(rows)) {
        const statement = sql.insert(slice)
        if (statement.length <= charactersPerStatement) await session.execute(statement)
        else for (const row of slice) await session.execute(sql.insert([row]))
      }
    }
  }

  const upsert = async (
    session: Session,
    sql: TableSql,
    upserts: readonly Upsert[],
  ): Promise<void> => {
    const [one] = upserts
    if (one === undefined) return
    if (upserts.length === 1 && (await updateOne(session, sql, one))) return
    const keys = upserts.map(({ key }) => key)
    const there = await existing(session, sql, keys)
    const isThere = ({ key }: Upsert): boolean => there.has(keyText(key))
    if (there.size > 0) await update(session, sql, upserts.filter(isThere))
    await insert(session, sql, there.size === 0 ? upserts : upserts.filter((one) => !isThere(one)))
  }

  const rekey = async (
    session: Session,
    sql: TableSql,
    { oldKey, upsert: to }: Extract<Segment, { kind: 'rekey' }>,
  ): Promise<void> => {
    const moved = await session.execute(sql.rekey(oldKey, to))
    if (moved.affectedRows === 0) await upsert(session, sql, [to])
  }

  const writeSegment = async (session: Session, sql: TableSql, segment: Segment): Promise<void> => {
    if (segment.kind === 'rekey') return rekey(session, sql, segment)
    for (const slice of slices(segment.deletes)) await session.execute(sql.remove(slice))
    await upsert(session, sql, segment.upserts)
  }

  return {
    async writeBatch(session, ops) {
      for (const [table, segments] of segmentsByTable(ops)) {
        const sql = sqlOf(table)
        for (const segment of segments) await writeSegment(session, sql, segment)
      }
    },
    async writeSingly(session, ops) {
      for (const op of singly(ops)) {
        try {
          const sql = sqlOf(op.table)
          if (op.kind === 'delete') await session.execute(sql.remove([op.key]))
          else if (op.kind === 'upsert') await upsert(session, sql, [op])
          else await rekey(session, sql, { kind: 'rekey', oldKey: op.oldKey ?? op.key, upsert: op })
        } catch (error) {
          throw new OpFailed(op, error)
        }
      }
    },
  }
}
