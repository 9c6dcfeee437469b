/**
 * A write over HTTP: one transaction, which is done once for its `Idempotency-Key` if there is one, and
 * whose answer is read before it ends.
 *
 * @module
 */
import { type Database, inTransaction, type Transaction } from '@bookshop/kit/database'
import { callerOf } from '@bookshop/kit/http/contract'
import { once, readIdempotencyKey, type StoredAnswer } from '@bookshop/kit/idempotency'
import type { Request, Response } from 'express'

/** Whose keys: two callers may choose the same one. */
function subjectOf(request: Request): string {
  const { userId, clientId } = callerOf(request)
  return userId === null ? `client:${clientId ?? ''}`.slice(0, 80) : String(userId)
}

/** What `work` throws is not kept: a repeat tries again. A null body is an empty answer. */
export async function answerOnce(
  database: Database,
  request: Request,
  response: Response,
  work: (transaction: Transaction) => Promise<StoredAnswer>,
): Promise<void> {
  const key = readIdempotencyKey(request.get('idempotency-key'))
  const answer =
    key === null
      ? await inTransaction(database, work)
      : await once(
          database,
          {
            subject: subjectOf(request),
            key,
            request: [request.method, request.path, request.body],
          },
          work,
        )
  response.status(answer.status)
  if (answer.body === null) response.end()
  else response.json(answer.body)
}
