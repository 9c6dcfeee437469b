/** The control plane's API over fetch. */
import { z } from 'zod'
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

/** A connection that was refused has carried nothing; any other loss may have. */
const neverSent = (error: unknown): boolean => {
  const cause = error instanceof Error ? error.cause : undefined
  return (cause as { code?: unknown } | undefined)?.code === 'ECONNREFUSED'
}

export function createClient(url: string, token: string): Client {
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
          `the control plane at ${url} ${harmless ? 'does not answer' : 'went away before it answered'}; run: matapalo status`,
          'MATAPALO_UNREACHABLE',
        )
      }
      const answer: unknown = await response.json().catch(() => null)
      if (response.ok) return answer as Answer
      const refusal = refusalSchema.safeParse(answer)
      const { message, code } = refusal.success
        ? refusal.data.error
        : { message: `the control plane answered ${response.status}`, code: 'MATAPALO_INTERNAL' }
      throw new Exit(
        response.status >= 500 && method === 'POST' && response.status !== 503
          ? exitCodes.unknown
          : exitCodes.refused,
        message,
        code,
      )
    },
  }
}
