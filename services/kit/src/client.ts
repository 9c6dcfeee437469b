/**
 * Calls to other services: a time limit for each try, bounded retries of what may be repeated, and a
 * circuit breaker that stops asking a service that is down. A call ends with the deadline of the
 * request that it is made for (deadline.ts). The only file that imports cockatiel.
 *
 * @module
 */
import {
  BrokenCircuitError,
  ConsecutiveBreaker,
  circuitBreaker,
  ExponentialBackoff,
  handleWhen,
  retry,
  wrap,
} from 'cockatiel'
import { inTime, timeLeft } from './deadline.ts'
import { traceHeaders } from './trace.ts'

/** The service gave no usable answer. `outcomeKnown`: the call certainly did nothing there. */
export class ServiceUnavailable extends Error {
  readonly code = 'SERVICE_UNAVAILABLE'
  readonly service: string
  readonly outcomeKnown: boolean

  constructor(service: string, why: string, outcomeKnown: boolean, cause?: unknown) {
    super(`${service}: ${why}`, { cause })
    this.name = 'ServiceUnavailable'
    this.service = service
    this.outcomeKnown = outcomeKnown
  }
}

export interface Call {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** With its query. */
  readonly path: string
  /** Sent as JSON. */
  readonly body?: unknown
  /** In `body`'s place: octets of a type of their own. */
  readonly content?: { readonly type: string; readonly octets: Uint8Array<ArrayBuffer> }
  readonly headers?: Readonly<Record<string, string>>
  /** May be sent again without knowing what became of it. GET and HEAD always may. */
  readonly repeatable?: boolean
}

export interface Reply {
  /** Below 500, and not 429. */
  readonly status: number
  readonly headers: Headers
  /** Parsed; null for an empty answer. */
  readonly json: unknown
}

export interface ServiceClient {
  /** @throws ServiceUnavailable */
  call(call: Call): Promise<Reply>
}

export interface ClientOptions {
  /** For messages. */
  readonly service: string
  readonly url: string
  /** Gives the access token of each call, such as `clientCredentials` does. */
  readonly token?: { get(): Promise<string>; forget(): void }
  /** One try, or what is left of the request's time; 2000 (two seconds). */
  readonly timeoutMs?: number
  /** Further tries of what may be repeated; 2. */
  readonly retries?: number
  /** Failures in a row that open the circuit; 5. */
  readonly failuresToOpen?: number
  /** How long it stays open before one call may try; 2000 (two seconds). */
  readonly openMs?: number
}

class Failure extends Error {
  readonly mayRepeat: boolean
  constructor(message: string, mayRepeat: boolean, cause?: unknown) {
    super(message, { cause })
    this.mayRepeat = mayRepeat
  }
}

/** Nothing is sent any more. No failure of the service: the breaker does not count it. */
class OutOfTime extends Error {}

/** What the tries of one call may have done there. */
interface Effect {
  inDoubt: boolean
}

const codeOf = (error: unknown): unknown =>
  (error as { cause?: { code?: unknown } } | null)?.cause?.code

const contentOf = ({ body, content }: Call) => {
  if (content) return { headers: { 'content-type': content.type }, body: content.octets }
  if (body === undefined) return { headers: {} }
  return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
}

const parsed = (text: string): unknown => {
  try {
    return text === '' ? null : JSON.parse(text)
  } catch (cause) {
    throw new Failure('the answer is no JSON', false, cause)
  }
}

export function serviceClient(options: ClientOptions): ServiceClient {
  const { service, url, token, timeoutMs = 2000, retries = 2 } = options
  const retrying = retry(
    handleWhen((error) => error instanceof Failure && error.mayRepeat),
    {
      maxAttempts: retries,
      backoff: new ExponentialBackoff({ initialDelay: 50, maxDelay: 1000 }),
    },
  )
  const breaking = circuitBreaker(
    handleWhen((error) => error instanceof Failure),
    {
      halfOpenAfter: options.openMs ?? 2000,
      breaker: new ConsecutiveBreaker(options.failuresToOpen ?? 5),
    },
  )
  const policy = wrap(retrying, breaking)

  const send = async (call: Call, repeatable: boolean, effect: Effect): Promise<Reply> => {
    const bearer = token ? { authorization: `Bearer ${await token.get()}` } : {}
    const withBody = contentOf(call)
    // The token, or another call's try of a broken circuit, may have taken all of it.
    const left = timeLeft()
    if (left === 0) throw new OutOfTime()
    const doubtBefore = effect.inDoubt
    effect.inDoubt = true
    let response: Response
    let text: string
    try {
      response = await fetch(`${url}${call.path}`, {
        method: call.method,
        redirect: 'manual',
        signal: AbortSignal.timeout(Math.ceil(Math.min(timeoutMs, left))),
        ...withBody,
        headers: {
          accept: 'application/json',
          ...withBody.headers,
          ...traceHeaders(),
          ...bearer,
          ...call.headers,
        },
      })
      text = await response.text()
    } catch (cause) {
      const refused = codeOf(cause) === 'ECONNREFUSED'
      if (refused) effect.inDoubt = doubtBefore
      throw new Failure(String(cause), repeatable || refused, cause)
    }
    const { status, headers } = response
    if (status === 429 || status >= 500) {
      const nothingDone = status === 429 || (status === 503 && headers.has('retry-after'))
      if (nothingDone) effect.inDoubt = doubtBefore
      throw new Failure(`answered ${status}`, repeatable || nothingDone)
    }
    return { status, headers, json: parsed(text) }
  }

  return {
    async call(call) {
      const repeatable = call.repeatable ?? (call.method === 'GET' || call.method === 'HEAD')
      const effect: Effect = { inDoubt: false }
      const gaveUp = (why: string, cause?: unknown): ServiceUnavailable =>
        new ServiceUnavailable(service, why, !effect.inDoubt, cause)
      const asked = (): Promise<Reply> => policy.execute(() => send(call, repeatable, effect))
      const work = async (): Promise<Reply> => {
        const reply = await asked()
        if (reply.status !== 401 || token === undefined) return reply
        // A token that was revoked or signed with a key that is gone: once more with a new one.
        token.forget()
        effect.inDoubt = false
        return asked()
      }
      try {
        return await inTime(() => new OutOfTime(), work)
      } catch (error) {
        if (error instanceof OutOfTime) throw gaveUp('the time of the request is over', error)
        if (error instanceof BrokenCircuitError) {
          throw gaveUp('it failed too often just now', error)
        }
        if (error instanceof Failure) throw gaveUp(error.message, error.cause)
        throw error
      }
    },
  }
}
