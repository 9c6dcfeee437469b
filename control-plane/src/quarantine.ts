/**
 * What stands in quarantine, what became of it, and a person's word on an entry.
 *
 * The applier takes the word up by itself; this waits a moment, so that the answer says what came of
 * it and nobody has to ask again.
 *
 * @module
 */
import { readApplierState } from '@matapalo/cdc/applierState'
import { toolkitTable } from '@matapalo/cdc/names'
import type { Direction } from '@matapalo/core'
import { type Db, type DbRow, until } from '@matapalo/runtime'
import { isoTime } from './ledger/json.ts'

/** Of the target server: each keeps the entries of the feed that writes it. */
type Server = Pick<Db, 'query' | 'execute'>

const table = toolkitTable('quarantine')
/** 12000 (milliseconds): a look behind a silent feed gives up after ten seconds. */
const outcomeMs = 12_000
/** 10: settled entries that `status` shows. */
const settledAtMost = 10

const entry = (row: DbRow) => ({
  id: Number(row.id),
  direction: row.direction,
  table: row.table_name,
  key: row.row_key,
  op: row.op,
  code: row.code,
  message: row.message,
  at: isoTime(row.created_at),
})

const columns = 'id, direction, table_name, row_key, op, code, message, created_at'

export async function openEntries(server: Server, domain: string) {
  const rows = await server.query(
    `SELECT ${columns} FROM ${table} WHERE domain = ? AND resolved_at IS NULL ORDER BY id LIMIT 20`,
    [domain],
  )
  return rows.map(entry)
}

/** The newest first: what was tried again, skipped, or superseded by a later version of its row. */
export async function settledEntries(server: Server, domain: string) {
  const rows = await server.query(
    `SELECT ${columns}, resolution, resolved_at FROM ${table}
     WHERE domain = ? AND resolved_at IS NOT NULL ORDER BY id DESC LIMIT ${settledAtMost}`,
    [domain],
  )
  return rows.map((row) => ({
    ...entry(row),
    resolution: row.resolution,
    resolvedAt: isoTime(row.resolved_at),
  }))
}

export interface Word {
  readonly id: number
  readonly domain: string
  readonly direction: Direction
  readonly action: 'retry' | 'skip'
}

/** @returns false when there is no such open entry */
export async function resolveEntry(server: Server, word: Word): Promise<boolean> {
  const { affectedRows } = await server.execute(
    `UPDATE ${table} SET resolved_at = NOW(6), resolution = ?
     WHERE id = ? AND domain = ? AND direction = ? AND resolved_at IS NULL`,
    [word.action, word.id, word.domain, word.direction],
  )
  return affectedRows > 0
}

/**
 * - `applied`: the change fits now;
 * - `superseded`: a later version of its row was written in its place;
 * - `skipped`: left out;
 * - `stands`: it still does not fit, `why` says what is missing;
 * - `pending`: the applier has not answered yet.
 */
export type Outcome =
  | { readonly outcome: 'applied' | 'superseded' | 'skipped' | 'pending' }
  | { readonly outcome: 'stands'; readonly why: string; readonly id: number }

export async function outcomeOf(server: Server, word: Word): Promise<Outcome> {
  const { id, domain, direction, action } = word
  const look = async (): Promise<Outcome | false> => {
    const [row] = await server.query(`SELECT kafka_offset, resolution FROM ${table} WHERE id = ?`, [
      id,
    ])
    if (row === undefined) return false
    const [again] = await server.query(
      `SELECT id, message FROM ${table}
       WHERE domain = ? AND direction = ? AND kafka_offset = ? AND id > ? AND resolved_at IS NULL`,
      [domain, direction, String(row.kafka_offset), id],
    )
    if (again !== undefined)
      return { outcome: 'stands', why: String(again.message), id: Number(again.id) }
    if (row.resolution === 'superseded') return { outcome: 'superseded' }
    const state = await readApplierState(server, domain, direction)
    if (state === null || state.offset <= BigInt(String(row.kafka_offset))) return false
    return { outcome: action === 'skip' ? 'skipped' : 'applied' }
  }
  return (await until(look, { timeoutMs: outcomeMs, everyMs: 100 })) || { outcome: 'pending' }
}
