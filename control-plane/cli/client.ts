/** The control plane's API over fetch. */
import { z } from 'zod'
import type { Connection } from './connection.ts'
import { Exit, exitCodes } from './exit.ts'

export interface Client {
  /** @throws Exit with the code that the answer deserves */
  call(method: 'GET' | 'POST', path: string, body?: unknown): Promise<Answer>
}

/** JSON as it came; commands read the fields that the API documents. */
export type Answer = Readonly<Record<string, unknown>> & { readonly next?: string }

const refusalSchema = z.object({
  error: z.object({ code: z.string(), message: z.string(), retryable: z.boolean() }),
})

/** What ends before there is a connection: no such host, no way there, nobody listens. */
const unconnected: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'UND_ERR_CONNECT_TIMEOUT',
])

/**
 * Without a connection nothing was carried; any other loss may have been. fetch asks nobody at all at
 * the ports that it blocks (https://fetch.spec.whatwg.org/#port-blocking), and gives no code for it.
 */
const neverSent = (error: unknown): boolean => {
  const cause = error instanceof Error ? error.cause : undefined
  return (
    unconnected.has((cause as { code?: unknown } | undefined)?.code) ||
    (cause instanceof Error && cause.message === 'bad port')
  )
}

/** One segment of a path: whatever was typed stays one. */
export function segment(text: string): string {
  if (text === '' || text === '.' || text === '..')
    throw new Exit(exitCodes.usage, `"${text}" is no name; run: matapalo status`)
  return encodeURIComponent(text)
}

export function createClient({ url, token, from, tokenFrom, remedy }: Connection): Client {
  return {
    async call(method, path, body) {
      let response: Response
      try {
        response = await fetch(new URL(path, url), {
          method,
          headers: {
            authorization: `Bearer ${token}`,
            ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        })
      } catch (error) {
        const harmless = method === 'GET' || neverSent(error)
        throw new Exit(
          harmless ? exitCodes.refused : exitCodes.unknown,
          harmless
            ? `the control plane at ${url} (${from}) does not answer; ${remedy}`
            : `the control plane at ${url} (${from}) went away before it answered, so it may have been done or not; look before trying again: matapalo audit`,
          'MATAPALO_UNREACHABLE',
          harmless,
        )
      }
      const answer: unknown = await response.json().catch(() => null)
      if (response.ok && typeof answer === 'object' && answer !== null) return answer as Answer
      const refusal = refusalSchema.safeParse(answer)
      const { message, code } = refusal.success
        ? refusal.data.error
        : {
            message: `${url} (${from}) answered ${response.status}, and not as a control plane does; ${remedy}`,
            code: 'MATAPALO_INTERNAL',
          }
      throw new Exit(
        response.status >= 500 && method === 'POST' && response.status !== 503
          ? exitCodes.unknown
          : exitCodes.refused,
        code === 'MATAPALO_UNAUTHORISED'
          ? `the token from ${tokenFrom} was refused: ${message}`
          : message,
        code,
        refusal.success && refusal.data.error.retryable,
      )
    },
  }
}
