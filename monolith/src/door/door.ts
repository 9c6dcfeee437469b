/**
 * Asks the shop's own API at its door, behind which somebody knows who answers for what. There may
 * be several doors: when nobody opens at one, the next is tried.
 *
 * What was certainly not done is asked again until patience ends: nobody opened, or the answer was
 * 503 with `Retry-After`. What may have been done is asked again only where a repeat does no harm.
 *
 * @module
 */
import { ShopError } from '../errors.ts'
import { traceHeaders } from '../trace.ts'

export interface Question {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Below the door: "/api/cart". */
  readonly path: string
  /** Sent as JSON; nothing is sent without it. */
  readonly body?: unknown
  /** Asked anew for each try. */
  readonly headers: () => Promise<Readonly<Record<string, string>>>
  /** A second one changes nothing that the first has not changed. */
  readonly repeatable: boolean
  /** Is the answer one to go on with? Otherwise the question is asked again. */
  readonly settles?: (reply: Reply) => boolean
}

export interface Reply {
  readonly status: number
  /** The parsed content; null when there is none, or it is not JSON. */
  readonly json: unknown
  readonly setCookies: readonly string[]
  readonly retryAfter: string | null
}

export interface DoorOptions {
  /** "http://host:port", one or more. */
  readonly urls: () => readonly string[]
  /** How long one question may take with all its tries, ms. */
  readonly patienceMs: number
}

/** Nobody answered. `unknown`: the last try may have been carried out. */
export class DoorClosed extends Error {
  readonly unknown: boolean
  constructor(unknown: boolean, options?: ErrorOptions) {
    super(unknown ? 'no answer; the outcome is unknown' : 'no answer; nothing was done', options)
    this.unknown = unknown
  }
}

export interface Door {
  /** Throws DoorClosed. */
  ask(question: Question): Promise<Reply>
}

/** Of the errors below a `fetch`: there was no connection, so nothing was sent. */
const notConnected: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
])

function neverSent(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : null
  return notConnected.has(code)
}

function parsed(text: string): unknown {
  try {
    return text === '' ? null : JSON.parse(text)
  } catch {
    return null
  }
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const between = new Set([502, 503, 504])

export function openDoor(options: DoorOptions): Door {
  let door = 0

  async function once(question: Question, deadline: number): Promise<Reply> {
    const { method, path, body } = question
    const doors = options.urls()
    const own = await question.headers()
    const response = await fetch(`${doors[door % doors.length]}${path}`, {
      method,
      headers: {
        ...traceHeaders(),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...own,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      redirect: 'manual',
      signal: AbortSignal.timeout(Math.max(1, deadline - Date.now())),
    })
    return {
      status: response.status,
      json: parsed(await response.text()),
      setCookies: response.headers.getSetCookie(),
      retryAfter: response.headers.get('retry-after'),
    }
  }

  return {
    async ask(question) {
      const deadline = Date.now() + options.patienceMs
      const settles = question.settles ?? (({ status }: Reply) => !between.has(status))
      for (let wait = 20; ; wait = Math.min(wait * 2, 1000)) {
        let unknown = true
        let cause: unknown
        try {
          const reply = await once(question, deadline)
          if (settles(reply)) return reply
          unknown = reply.status >= 500 && !(reply.status === 503 && reply.retryAfter !== null)
        } catch (error) {
          if (error instanceof ShopError) throw error
          door += 1
          unknown = !neverSent(error)
          cause = error
        }
        const over = Date.now() + wait >= deadline
        if (over || (unknown && !question.repeatable)) throw new DoorClosed(unknown, { cause })
        await pause(wait)
      }
    },
  }
}

/** What the API refused, as the shop's own error. */
export function refusalOf({ status, json }: Reply): ShopError {
  const body = json as { readonly error?: Readonly<Record<string, unknown>> } | null
  const { code, message, retryable: _, ...fields } = body?.error ?? {}
  return new ShopError(
    status,
    typeof code === 'string' ? code : 'refused',
    typeof message === 'string' ? message : 'the shop refused this',
    fields,
  )
}
