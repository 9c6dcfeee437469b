/**
 * Tokens as the provider answers them.
 *
 * @module
 */
export interface Tokens {
  readonly access: string
  readonly refresh: string
  /** Life of the access token from now, milliseconds. */
  readonly lifeMs: number
}

/** Undefined when the answer holds no refreshable tokens. */
export function readTokens(body: string): Tokens | undefined {
  let json: unknown
  try {
    json = JSON.parse(body)
  } catch {
    return undefined
  }
  const { access_token, refresh_token, expires_in } = (json ?? {}) as Record<string, unknown>
  if (typeof access_token !== 'string' || typeof refresh_token !== 'string') return undefined
  return { access: access_token, refresh: refresh_token, lifeMs: Number(expires_in) * 1000 }
}
