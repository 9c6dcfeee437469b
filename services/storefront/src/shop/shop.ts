/**
 * The shop as one visitor sees it: its /api/* asked in the visitor's name.
 *
 * @module
 */
import { type Call, type Reply, ServiceUnavailable } from '@bookshop/kit/client'
import type { Metrics } from '../metrics.ts'
import type { Area, AreaClients, Manner } from './areas.ts'
import type { Caller } from './caller.ts'

/** A service said no, and why. */
export class ShopRefused extends Error {
  readonly status: number
  readonly code: string
  readonly field: string | null

  constructor(status: number, code: string, message: string, field: string | null = null) {
    super(message)
    this.name = 'ShopRefused'
    this.status = status
    this.code = code
    this.field = field
  }
}

export const loginRequired = (): ShopRefused =>
  new ShopRefused(401, 'login_required', 'Log in to do this')
export const forbidden = (): ShopRefused =>
  new ShopRefused(403, 'forbidden', 'This account may not do this')
export const notFound = (what: string): ShopRefused =>
  new ShopRefused(404, 'not_found', `There is no such ${what}`)

interface Failure {
  readonly code?: unknown
  readonly message?: unknown
  readonly detail?: unknown
  readonly field?: unknown
}

/** The shop's own error body, or problem details (RFC 9457). */
function refusalOf({ status, json }: Reply): ShopRefused {
  const body = (json ?? {}) as Failure & { readonly error?: Failure }
  const failure: Failure = typeof body.error === 'object' ? (body.error ?? {}) : body
  const text = (value: unknown): string | null => (typeof value === 'string' ? value : null)
  return new ShopRefused(
    status,
    text(failure.code) ?? 'refused',
    text(failure.message) ?? text(failure.detail) ?? 'The shop did not take this',
    text(failure.field),
  )
}

export interface Write {
  readonly manner?: Manner
  readonly body?: unknown
  /** In a body's place, as it is. */
  readonly content?: Call['content']
  /** The form's unique name; a repeat with the same one does nothing twice. */
  readonly reference?: unknown
}

export interface Shop {
  /**
   * The answer's body. T is what the service's OpenAPI document promises.
   * @throws ShopRefused, ServiceUnavailable
   */
  get<T>(area: Area, path: string): Promise<T>
  send(area: Area, method: Call['method'], path: string, write?: Write): Promise<Reply>
}

const referencePattern = /^[A-Za-z0-9._:-]{1,64}$/

/** The kit tells of 429 as it tells of an outage; to a visitor it is an answer. */
const isTooMany = (error: ServiceUnavailable): boolean => error.message.endsWith('answered 429')

export function shopFor(clients: AreaClients, caller: Caller, metrics: Metrics): Shop {
  const ask = async (area: Area, manner: Manner, call: Call): Promise<Reply> => {
    const end = metrics.callSeconds.startTimer({ area })
    try {
      const reply = await clients(area, manner).call({
        ...call,
        headers: { ...caller.headers, ...call.headers },
      })
      end({ outcome: reply.status < 400 ? 'done' : 'refused' })
      if (reply.status >= 300) throw refusalOf(reply)
      return reply
    } catch (error) {
      if (!(error instanceof ServiceUnavailable)) throw error
      end({ outcome: 'unavailable' })
      if (!isTooMany(error)) throw error
      throw new ShopRefused(429, 'too_many_attempts', 'Too many attempts; wait a little')
    }
  }
  return {
    // The services answer what their documents say; their own tests hold them to it.
    get: async <T>(area: Area, path: string) =>
      (await ask(area, 'read', { method: 'GET', path })).json as T,
    send(area, method, path, { manner = 'write', body, content, reference } = {}) {
      const key =
        typeof reference === 'string' && referencePattern.test(reference)
          ? { headers: { 'idempotency-key': reference } }
          : {}
      return ask(area, manner, {
        method,
        path,
        ...(body === undefined ? {} : { body }),
        ...(content === undefined ? {} : { content }),
        ...key,
      })
    },
  }
}
