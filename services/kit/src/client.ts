/**
 * Calls to other services: a time limit for each try, bounded retries of what may be repeated, and a
 * circuit breaker that stops asking a service that is down. The only file that imports cockatiel.
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
  /** One try; 2000 (two seconds). */
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
  readonly outcomeKnown: boolean
  constructor(message: string, mayRepeat: boolean, outcomeKnown: boolean, cause?: unknown) {
    super(message, { cause })
    this.mayRepeat = mayRepeat
    this.outcomeKnown = outcomeKnown
  }
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
    throw new Failure('the answer is no JSON', false, false, cause)
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

  const send = async (call: Call, repeatable: boolean): Promise<Reply> => {
    const bearer = token ? { authorization: `Bearer ${await token.get()}` } : {}
    const withBody = contentOf(call)
    let response: Response
    let text: string
    try {
      response = await fetch(`${url}${call.path}`, {
        method: call.method,
        redirect: 'manual',
        signal: AbortSignal.timeout(timeoutMs),
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
      throw new Failure(String(cause), repeatable || refused, refused, cause)
    }
    const { status, headers } = response
    if (status === 429 || status >= 500) {
      const nothingDone = status === 429 || (status === 503 && headers.has('retry-after'))
      throw new Failure(`answered ${status}`, repeatable || nothingDone, nothingDone)
    }
    return { status, headers, json: parsed(text) }
  }

  return {
    async call(call) {
      const repeatable = call.repeatable ?? (call.method === 'GET' || call.method === 'HEAD')
      try {
        const reply = await policy.execute(() => send(call, repeatable))
        if (reply.status !== 401 || token === undefined) return reply
        // A token that was revoked or signed with a key that is gone: once more with a new one.
        token.forget()
        return await policy.execute(() => send(call, repeatable))
      } catch (error) {
        if (error instanceof BrokenCircuitError) {
          throw new ServiceUnavailable(service, 'it failed too often just now', true, error)
        }
        if (error instanceof Failure) {
          throw new ServiceUnavailable(service, error.message, error.outcomeKnown, error.cause)
        }
        throw error
      }
    },
  }
}
