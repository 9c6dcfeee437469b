/**
 * Asks the catalogue, wherever it lives, to put copies aside. Every call may be repeated, so a
 * call without an answer is made again until its time is up.
 *
 * @module
 */
import { type Door, DoorClosed, type Reply, refusalOf } from '../door/door.ts'
import { ShopError } from '../errors.ts'

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
  /** Its patience is longer than the catalogue may be held while it moves house: 15 seconds. */
  readonly door: Door
  /** The cookie of the shop's own account. */
  readonly sessionCookie: () => Promise<string>
  /** Called when the catalogue does not know the cookie, so that the next one is new. */
  readonly forgetSession: () => void
}

const stateOf = ({ status, json }: Reply): ReservationState | undefined =>
  status < 300 ? (json as { readonly state?: ReservationState } | null)?.state : undefined

export function catalogClient(options: CatalogClientOptions): CatalogClient {
  async function call(path: string, body: unknown = {}): Promise<ReservationState> {
    const settles = (reply: Reply): boolean => {
      if (reply.status === 401) options.forgetSession()
      else if (reply.status >= 400 && reply.status < 500) return true
      return stateOf(reply) !== undefined
    }
    const headers = async () => ({ cookie: `sid=${await options.sessionCookie()}` })
    const full = `/api/catalog/reservations${path}`
    try {
      const reply = await options.door.ask({
        method: 'POST',
        path: full,
        body,
        headers,
        repeatable: true,
        settles,
      })
      const state = stateOf(reply)
      if (state === undefined) throw refusalOf(reply)
      return state
    } catch (error) {
      if (!(error instanceof DoorClosed)) throw error
      const message = 'the catalogue does not answer; try again'
      throw new ShopError(503, 'catalog_unavailable', message)
    }
  }

  const path = (orderRef: string, verb: string) => `/${encodeURIComponent(orderRef)}/${verb}`
  return {
    reserve: (orderRef, items) => call('', { order_ref: orderRef, items }),
    confirm: (orderRef) => call(path(orderRef, 'confirm')),
    cancel: (orderRef) => call(path(orderRef, 'cancel')),
  }
}
