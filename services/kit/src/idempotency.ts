/**
 * `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header-07): the answer to a write is kept with
 * it, in the same transaction, so that a repeat gets the first answer and changes nothing.
 *
 * Table `idempotency(subject VARCHAR(80), idempotency_key VARCHAR(80), request_hash CHAR(64),
 * status SMALLINT NULL, answer LONGTEXT NULL, created_at DATETIME, PK (subject, idempotency_key))`.
 *
 * @module
 */
import { createHash } from 'node:crypto'
import { type Database, inTransaction, isDuplicate, type Transaction } from './database.ts'
import { ApiError } from './errors.ts'

export interface IdempotencyKey {
  /** Whose key it is: two users may choose the same one. */
  readonly subject: string
  readonly key: string
  /** Method, path and body: the same key with another request is refused. */
  readonly request: readonly unknown[]
}

export interface StoredAnswer {
  readonly status: number
  readonly body: unknown
}

/** `running`: claimed, and no answer yet (the work spans several transactions). */
export type Claimed =
  | { readonly kind: 'new' }
  | { readonly kind: 'running' }
  | { readonly kind: 'done'; readonly answer: StoredAnswer }

/** The header's value, a bare or quoted text (RFC 9651 string); null when there is none. */
export function readIdempotencyKey(header: string | undefined): string | null {
  if (header === undefined) return null
  const key = /^"(.*)"$/.exec(header)?.[1] ?? header
  if (!/^[\x21-\x7e]{1,80}$/.test(key)) {
    throw new ApiError(400, 'invalid_idempotency_key', 'Idempotency-Key: 1 to 80 visible letters', {
      details: { field: 'Idempotency-Key' },
    })
  }
  return key
}

const hashOf = (request: readonly unknown[]): string =>
  createHash('sha256').update(JSON.stringify(request)).digest('hex')

const rowOf = ({ subject, key }: IdempotencyKey) => ({ subject, idempotency_key: key })

interface Row {
  readonly request_hash: string
  readonly status: number | null
  readonly answer: string | null
}

/** A second claim waits until the first one's transaction has ended. */
export async function claimKey(transaction: Transaction, key: IdempotencyKey): Promise<Claimed> {
  try {
    await transaction('idempotency').insert({
      ...rowOf(key),
      request_hash: hashOf(key.request),
      created_at: transaction.raw('UTC_TIMESTAMP()'),
    })
    return { kind: 'new' }
  } catch (error) {
    if (!isDuplicate(error)) throw error
  }
  const row = (await transaction('idempotency').where(rowOf(key)).forUpdate().first()) as Row
  if (row.request_hash !== hashOf(key.request)) {
    throw new ApiError(422, 'idempotency_key_reused', 'This key was used for another request')
  }
  if (row.status === null) return { kind: 'running' }
  return {
    kind: 'done',
    answer: { status: row.status, body: JSON.parse(row.answer ?? 'null') as unknown },
  }
}

export async function storeAnswer(
  transaction: Transaction,
  key: IdempotencyKey,
  { status, body }: StoredAnswer,
): Promise<void> {
  const answer = JSON.stringify(body ?? null)
  await transaction('idempotency').where(rowOf(key)).update({ status, answer })
}

/** Work of one transaction, done once for its key. What it throws is not kept. */
export const once = (
  database: Database,
  key: IdempotencyKey,
  work: (transaction: Transaction) => Promise<StoredAnswer>,
): Promise<StoredAnswer> =>
  inTransaction(database, async (transaction) => {
    const claimed = await claimKey(transaction, key)
    if (claimed.kind === 'done') return claimed.answer
    if (claimed.kind === 'running') {
      throw new ApiError(409, 'request_in_progress', 'The first request is still running')
    }
    const answer = await work(transaction)
    await storeAnswer(transaction, key, answer)
    return answer
  })
