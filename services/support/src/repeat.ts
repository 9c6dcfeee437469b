/**
 * Inserts a row that carries a client's reference; a repeat finds the first one.
 *
 * @module
 */
import { type Database, inTransaction, isDuplicate, type Transaction } from '@bookshop/kit/database'
import { ApiError } from '@bookshop/kit/errors'

export type Referenced = 'ticket' | 'ticket_message' | 'return_request' | 'complaint' | 'feedback'

export interface Inserted {
  readonly id: number
  readonly created: boolean
}

/** `insert` runs in a transaction of its own and answers the new row's id. */
export async function insertOnce(
  database: Database,
  table: Referenced,
  reference: string | null,
  userId: number,
  insert: (transaction: Transaction) => Promise<number>,
): Promise<Inserted> {
  const known = async (): Promise<Inserted | null> => {
    if (reference === null) return null
    const row = await database(table)
      .where({ reference })
      .first<{ id: number; user_id: number | null } | undefined>('id', 'user_id')
    if (row === undefined) return null
    if (row.user_id !== userId) {
      throw new ApiError(409, 'reference_reused', 'Somebody used this reference')
    }
    return { id: row.id, created: false }
  }
  const first = await known()
  if (first) return first
  try {
    return { id: await inTransaction(database, insert), created: true }
  } catch (error) {
    const winner = isDuplicate(error) ? await known() : null
    if (winner) return winner
    throw error
  }
}
