/**
 * Deleting a ticket, say after a request to forget. What hangs on it is deleted by name, row by row: a
 * cascade would be in no binary log.
 *
 * @module
 */
import { type Database, inTransaction } from '@bookshop/kit/database'
import { notFound } from '../errors.ts'

export const deleteTicket = (database: Database, id: number): Promise<void> =>
  inTransaction(database, async (transaction) => {
    const row = await transaction('ticket').where({ id }).forUpdate().first('id')
    if (row === undefined) throw notFound('ticket')
    await transaction('ticket_message').where({ ticket_id: id }).delete()
    await transaction('ticket').where({ id }).delete()
    const key = { kind: 'query', case_id: id }
    await transaction('assignment').where(key).delete()
    await transaction('assignment').where({ conversation: id }).update({ conversation: null })
    await transaction('order_claim').where(key).delete()
    await transaction('bot_question').where({ ticket_id: id }).delete()
  })
