/**
 * What the orders service asks the catalog: books as customers see them, and reservations.
 *
 * Every call may be repeated, so one without a usable answer is made again until its time is up: a
 * catalog that is just moving makes its callers wait, it does not fail them.
 *
 * @module
 */
import type { Reply, ServiceClient } from '@bookshop/kit/client'
import { ApiError } from '@bookshop/kit/errors'
import { patiently } from '../providers/patience.ts'

export interface Book {
  readonly id: number
  readonly title: string
  readonly author: string
  /** "12.50" */
  readonly price: string
  readonly stock: number
}

export interface ReservationLine {
  readonly book_id: number
  readonly quantity: number
}

export type ReservationState = 'reserved' | 'confirmed' | 'cancelled' | 'expired'

/** Each throws 503 `catalog_unavailable` (outcome unknown), and what the catalog itself refuses. */
export interface Catalog {
  /** Null: there is no such book. */
  book(id: number): Promise<Book | null>
  reserve(orderRef: string, items: readonly ReservationLine[]): Promise<ReservationState>
  confirm(orderRef: string): Promise<ReservationState>
  cancel(orderRef: string): Promise<ReservationState>
}

/** Seconds a reservation holds: longer than a payment may stay unknown. */
const holdSeconds = 3600

const unavailable = (cause: unknown): ApiError =>
  new ApiError(503, 'catalog_unavailable', 'The catalogue does not answer; try again', {
    headers: { 'Retry-After': '1' },
    cause,
  })

interface Refusal {
  readonly error?: { readonly code?: string; readonly message?: string; readonly book_id?: number }
}

const refused = ({ status, json }: Reply): ApiError => {
  // An error of the shop's shape, or of nobody's.
  const { code, message, book_id } = (json as Refusal | null)?.error ?? {}
  return new ApiError(
    status,
    code ?? 'catalog_refused',
    message ?? 'The catalogue refused',
    book_id === undefined ? {} : { details: { book_id } },
  )
}

/** @param patienceMs how long a call is repeated */
export function catalogOver(client: ServiceClient, patienceMs: number): Catalog {
  const ask = (path: string, body?: unknown): Promise<Reply> =>
    patiently(patienceMs, unavailable, () =>
      client.call({
        method: body === undefined ? 'GET' : 'POST',
        path,
        ...(body === undefined ? {} : { body }),
        repeatable: true,
      }),
    )
  const reservation = async (path: string, body: unknown): Promise<ReservationState> => {
    const reply = await ask(`/api/catalog/reservations${path}`, body)
    // The caller is not at fault when this program's own login is refused.
    if (reply.status === 401 || reply.status === 403) throw unavailable(refused(reply))
    if (reply.status >= 300) throw refused(reply)
    return (reply.json as { readonly state: ReservationState }).state
  }
  const settle = (orderRef: string, end: 'confirm' | 'cancel'): Promise<ReservationState> =>
    reservation(`/${encodeURIComponent(orderRef)}/${end}`, {})
  return {
    async book(id) {
      const reply = await ask(`/api/books/${id}`)
      if (reply.status === 404) return null
      if (reply.status !== 200) throw unavailable(refused(reply))
      return reply.json as Book
    },
    reserve: (orderRef, items) =>
      reservation('', { order_ref: orderRef, items, ttl_s: holdSeconds }),
    confirm: (orderRef) => settle(orderRef, 'confirm'),
    cancel: (orderRef) => settle(orderRef, 'cancel'),
  }
}
