/**
 * The new way: the pages ask the shop's own API at its door, in the visitor's name. So they need
 * not know whose tables they change, nor where those are today.
 *
 * @module
 */
import { randomUUID } from 'node:crypto'
import type { Request } from 'express'
import { type Door, DoorClosed, type Question, type Reply, refusalOf } from '../../door/door.ts'
import { ShopError } from '../../errors.ts'
import type { Body } from '../../input.ts'
import type { PageWrites, Visit } from './writes.ts'

/** Who asks: by whom a login is counted and listed, and whose cart it is. */
const passedOn = ['cookie', 'user-agent', 'x-forwarded-for', 'accept-language'] as const

function headersOf(req: Request): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {}
  for (const name of passedOn) {
    const value = req.headers[name]
    if (typeof value === 'string') headers[name] = value
  }
  return headers
}

const closed = (unknown: boolean): ShopError =>
  unknown
    ? new ShopError(
        503,
        'outcome_unknown',
        'the shop did not answer; look whether it was done before you try again',
      )
    : new ShopError(503, 'shop_busy', 'the shop is busy; nothing was done, try again')

/** With a reference a repeat is no second write; where a form has none, it gets its own. */
const referenced = (fields: Body): Body =>
  fields.reference === undefined ? { ...fields, reference: randomUUID() } : fields

/** The checkout was given up, and its reference with it: asking again cannot help. */
const givenUp: ReadonlySet<unknown> = new Set(['catalog_unavailable', 'checkout_too_slow'])

function idOf({ json }: Reply): number {
  const id = (json as { readonly id?: unknown } | null)?.id
  if (typeof id === 'number') return id
  throw closed(true)
}

type Ask = Pick<Question, 'method' | 'path' | 'body' | 'settles'> & { repeatable?: boolean }

export function writesByApi(door: Door): PageWrites {
  /** Repeatable unless said otherwise. Throws ShopError unless it was done. */
  async function ask({ req, res }: Visit, question: Ask): Promise<Reply> {
    const headers = async () => headersOf(req)
    let reply: Reply
    try {
      reply = await door.ask({ repeatable: true, ...question, headers })
    } catch (error) {
      throw error instanceof DoorClosed ? closed(error.unknown) : error
    }
    for (const cookie of reply.setCookies) res.append('Set-Cookie', cookie)
    if (reply.status < 200 || reply.status > 299) throw refusalOf(reply)
    return reply
  }

  return {
    // A second login is a second session, which nobody knows of and which ends by itself.
    async logIn(visit, body) {
      await ask(visit, { method: 'POST', path: '/api/login', body })
    },
    // A repeat would be told that its address has an account.
    async register(visit, body) {
      await ask(visit, { method: 'POST', path: '/api/register', body, repeatable: false })
    },
    async logOut(visit) {
      await ask(visit, { method: 'POST', path: '/api/logout' })
    },
    async changeAccount(visit, profile, newsletter) {
      await ask(visit, { method: 'PUT', path: '/api/profile', body: profile })
      await ask(visit, { method: 'PUT', path: '/api/preferences', body: { newsletter } })
    },
    // A repeat would add the copies again.
    async addToCart(visit, body) {
      await ask(visit, { method: 'POST', path: '/api/cart/items', body, repeatable: false })
    },
    async removeFromCart(visit, bookId) {
      await ask(visit, { method: 'DELETE', path: `/api/cart/items/${bookId}` })
    },
    async placeOrder(visit, body) {
      const settles = ({ status, json }: Reply): boolean => {
        const code = (json as { readonly error?: { readonly code?: unknown } } | null)?.error?.code
        return ![502, 503, 504].includes(status) || givenUp.has(code)
      }
      return idOf(await ask(visit, { method: 'POST', path: '/api/orders', body, settles }))
    },
    async openTicket(visit, fields) {
      const body = referenced(fields)
      return idOf(await ask(visit, { method: 'POST', path: '/api/tickets', body }))
    },
    async addMessage(visit, ticketId, fields) {
      const path = `/api/tickets/${ticketId}/messages`
      await ask(visit, { method: 'POST', path, body: referenced(fields) })
    },
    async giveFeedback(visit, bookId, fields) {
      const body = referenced({ ...fields, book_id: bookId })
      await ask(visit, { method: 'POST', path: '/api/feedback', body })
    },
  }
}
