/**
 * Asks the catalogue, wherever it lives, to put copies aside. Every call may be repeated, so a
 * call without an answer is made again until its time is up.
 *
 * @module
 */
import { ShopError } from '../errors.ts'
import { traceHeaders } from '../trace.ts'

export interface ReservationLine {
  readonly book_id: number
  readonly quantity: number
}
export type ReservationState = 'reserved' | 'confirmed' | 'cancelled' | 'expired'

export interface CatalogClient {
  /** Throws ShopError: the catalogue's refusal, or 503 `catalog_unavailable` (outcome unknown). */
  reserve(orderRef: string, items: readonly ReservationLine[]): Promise<ReservationState>
  confirm(orderRef: string): Promise<ReservationState>
  cancel(orderRef: string): Promise<ReservationState>
}

export interface CatalogClientOptions {
  /** Doors to the same catalogue: when one does not answer, the next is tried. */
  readonly urls: () => readonly string[]
  /** The cookie of the shop's own account. */
  readonly sessionCookie: () => Promise<string>
  /** Called when the catalogue does not know the cookie, so that the next one is new. */
  readonly forgetSession: () => void
  /** 15000 (15 seconds): longer than the catalogue may be held while it moves house. */
  readonly patienceMs: number
}

const unavailable = () =>
  new ShopError(503, 'catalog_unavailable', 'the catalogue does not answer; try again')

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

interface Answer {
  readonly state?: ReservationState
  readonly error?: { readonly code?: string; readonly message?: string; readonly book_id?: number }
}

export function catalogClient(options: CatalogClientOptions): CatalogClient {
  let door = 0
  async function once(path: string, body: unknown, deadline: number) {
    const doors = options.urls()
    const response = await fetch(`${doors[door % doors.length]}/api/catalog/reservations${path}`, {
      method: 'POST',
      headers: {
        ...traceHeaders(),
        'content-type': 'application/json',
        cookie: `sid=${await options.sessionCookie()}`,
      },
      body: JSON.stringify(body ?? {}),
      redirect: 'error',
      signal: AbortSignal.timeout(Math.max(1, deadline - Date.now())),
    })
    return { status: response.status, answer: (await response.json()) as Answer }
  }

  async function call(path: string, body?: unknown): Promise<ReservationState> {
    const deadline = Date.now() + options.patienceMs
    for (let wait = 20; ; wait = Math.min(wait * 2, 1000)) {
      const reply = await once(path, body, deadline).catch(() => null)
      if (!reply) door += 1
      if (reply && reply.status < 300 && reply.answer.state) return reply.answer.state
      if (reply?.status === 401) options.forgetSession()
      else if (reply && reply.status >= 400 && reply.status < 500) {
        const { code, message, book_id } = reply.answer.error ?? {}
        throw new ShopError(
          reply.status,
          code ?? 'catalog_refused',
          message ?? 'the catalogue refused',
          book_id === undefined ? {} : { book_id },
        )
      }
      if (Date.now() + wait >= deadline) throw unavailable()
      await pause(wait)
    }
  }

  const path = (orderRef: string, verb: string) => `/${encodeURIComponent(orderRef)}/${verb}`
  return {
    reserve: (orderRef, items) => call('', { order_ref: orderRef, items }),
    confirm: (orderRef) => call(path(orderRef, 'confirm')),
    cancel: (orderRef) => call(path(orderRef, 'cancel')),
  }
}
