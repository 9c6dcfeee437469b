/**
 * The row of a checkout: how far it is, who works on it, when to look again.
 *
 * `step` says what has been done for certain. Each move to the next step is one transaction that also
 * holds the effects in this database, and is conditional on the step it starts from: two processes
 * may try, one wins, and what it asks of others may be repeated.
 *
 *   begun → reserved → ordered → paid → done
 *              ↓    ↘ (no charge) ↗ ↓
 *          releasing ← pending ←┘  lost: done
 *
 * @module
 */
import type { Database, Queryable, Transaction } from '@bookshop/kit/database'
import { traced } from '@bookshop/kit/trace'
import { later, utcMillis } from '../instants.ts'
import type { OrderLine, OrderRequest } from './request.ts'

export const steps = [
  'begun',
  'reserved',
  'ordered',
  'pending',
  'paid',
  'releasing',
  'done',
] as const
export type Step = (typeof steps)[number]

/** Why there is no order: told to whoever asks for this reference. */
export interface Failure {
  readonly status: number
  readonly code: string
  readonly message: string
  readonly details: Readonly<Record<string, unknown>>
}

export interface Saga {
  readonly reference: string
  readonly userId: number
  readonly step: Step
  readonly request: OrderRequest
  readonly lines: readonly OrderLine[]
  readonly failure: Failure | null
  readonly attempts: number
  readonly createdAt: string
  readonly trace: { readonly requestId: string | null; readonly traceparent: string | null }
}

/** Somebody else has moved this checkout on; read it again. */
export class SagaMoved extends Error {}

interface Row {
  readonly reference: string
  readonly user_id: number
  readonly step: Step
  readonly request: string
  readonly cart_lines: string
  readonly failure: string | null
  readonly attempts: number
  readonly traceparent: string | null
  readonly request_id: string | null
  readonly created_at: string
}

const toSaga = (row: Row): Saga => ({
  reference: row.reference,
  userId: row.user_id,
  step: row.step,
  // Written by `begin` from the same types.
  request: JSON.parse(row.request) as OrderRequest,
  lines: JSON.parse(row.cart_lines) as readonly OrderLine[],
  failure: row.failure === null ? null : (JSON.parse(row.failure) as Failure),
  attempts: row.attempts,
  createdAt: row.created_at,
  trace: { requestId: row.request_id, traceparent: row.traceparent },
})

export async function readSaga(on: Queryable, reference: string): Promise<Saga | null> {
  const row: Row | undefined = await on('checkout_saga').where({ reference }).first()
  return row ? toSaga(row) : null
}

/** Locks the row until the transaction ends; the first lock that a move takes. */
export async function lockSaga(transaction: Transaction, reference: string): Promise<Saga | null> {
  const row: Row | undefined = await transaction('checkout_saga')
    .where({ reference })
    .forUpdate()
    .first()
  return row ? toSaga(row) : null
}

export interface Move {
  readonly to: Step
  readonly failure?: Failure
  readonly detail?: string
  /** Look at it no earlier than this many milliseconds from now. */
  readonly waitMs?: number
}

/** @throws SagaMoved when it is not at `from` any more */
export async function advance(
  transaction: Transaction,
  { reference, step: from }: Pick<Saga, 'reference' | 'step'>,
  { to, failure, detail, waitMs }: Move,
  now: Date,
): Promise<void> {
  const changed = await transaction('checkout_saga')
    .where({ reference, step: from })
    .update({
      step: to,
      attempts: 0,
      due_at: waitMs === undefined ? null : later(now, waitMs),
      updated_at: utcMillis(now),
      ...(failure === undefined ? {} : { failure: JSON.stringify(failure) }),
    })
  if (changed !== 1) throw new SagaMoved(`${reference} is not ${from} any more`)
  await noteStep(transaction, reference, to, detail ?? failure?.code ?? null, now)
}

export async function noteStep(
  transaction: Transaction,
  reference: string,
  step: Step,
  detail: string | null,
  now: Date,
): Promise<void> {
  await transaction('checkout_step').insert({
    reference,
    step,
    detail,
    created_at: utcMillis(now),
  })
}

/** Try again later: the other side did not answer, or does not know yet. */
export const postpone = (
  database: Database,
  { reference, step }: Pick<Saga, 'reference' | 'step'>,
  waitMs: number,
  now: Date,
): Promise<number> =>
  database('checkout_saga')
    .where({ reference, step })
    .update({ due_at: later(now, waitMs), attempts: database.raw('attempts + 1') })

/** Runs `work` under the trace of the request that began the checkout. */
export const asBegun = <T>(saga: Saga, work: () => T): T =>
  traced(saga.trace.requestId, saga.trace.traceparent, work)
