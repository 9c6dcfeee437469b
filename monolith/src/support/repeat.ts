/** Inserts a row that carries a client's reference; a repeat finds the first one. */
import { type Sql, sqlErrno } from '../database.ts'
import { conflict } from '../errors.ts'

export type Referenced = 'tickets' | 'ticket_messages' | 'returns' | 'complaints' | 'feedback'

export interface Inserted {
  readonly id: number
  readonly created: boolean
}

const duplicate = 1062

export async function insertOnce(
  sql: Sql,
  table: Referenced,
  reference: string | null,
  userId: number,
  insert: () => Promise<number>,
): Promise<Inserted> {
  const known = async (): Promise<Inserted | null> => {
    if (reference === null) return null
    const rows = await sql.query<{ id: number; user_id: number | null }>(
      `SELECT id, user_id FROM ${table} WHERE reference = ?`,
      [reference],
    )
    const row = rows[0]
    if (!row) return null
    if (row.user_id !== userId) throw conflict('reference_reused', 'somebody used this reference')
    return { id: row.id, created: false }
  }
  const first = await known()
  if (first) return first
  try {
    return { id: await insert(), created: true }
  } catch (error) {
    const winner = sqlErrno(error) === duplicate ? await known() : null
    if (winner) return winner
    throw error
  }
}
