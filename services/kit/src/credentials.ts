/**
 * Logging in as a program: an access token by client credentials (RFC 6749 §4.4), kept until shortly
 * before it runs out. Callers that come at once share one request.
 *
 * @module
 */
import { ServiceUnavailable } from './client.ts'

export interface ClientCredentials {
  /** The identity provider's token endpoint, `${ISSUER}/token`. */
  readonly tokenUrl: string
  readonly clientId: string
  readonly clientSecret: string
  /** With spaces between, such as `users:read catalog:reserve`. */
  readonly scope: string
  readonly timeoutMs?: number
}

/** A token is renewed this long before its end, ms. */
const marginMs = 10_000

const form = (value: string): string => encodeURIComponent(value)

export function clientCredentials(login: ClientCredentials) {
  const { tokenUrl, clientId, clientSecret, scope, timeoutMs = 3000 } = login
  let current: Promise<string> | undefined
  let until = 0

  const fetchToken = async (): Promise<string> => {
    const basic = Buffer.from(`${form(clientId)}:${form(clientSecret)}`).toString('base64')
    let response: Response
    try {
      response = await fetch(tokenUrl, {
        method: 'POST',
        signal: AbortSignal.timeout(timeoutMs),
        headers: { authorization: `Basic ${basic}` },
        body: new URLSearchParams({ grant_type: 'client_credentials', scope }),
      })
    } catch (cause) {
      throw new ServiceUnavailable('users', 'the token endpoint does not answer', true, cause)
    }
    if (response.status !== 200) {
      await response.body?.cancel()
      throw new ServiceUnavailable('users', `the token endpoint said ${response.status}`, true)
    }
    const { access_token, expires_in } = (await response.json()) as {
      access_token: string
      expires_in: number
    }
    until = performance.now() + Math.max(1000, expires_in * 1000 - marginMs)
    return access_token
  }

  return {
    get(): Promise<string> {
      if (current === undefined || performance.now() >= until) {
        until = Number.POSITIVE_INFINITY
        const fetching = fetchToken()
        fetching.catch(() => {
          if (current === fetching) current = undefined
        })
        current = fetching
      }
      return current
    },
    forget(): void {
      current = undefined
    },
  }
}
