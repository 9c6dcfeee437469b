/**
 * What an answer over TLS has more of: the promise that it will be TLS the next time too (RFC 6797),
 * and cookies that never leave it.
 *
 * Pure.
 *
 * @module
 */

export interface SecureAnswers {
  /** `max-age` of Strict-Transport-Security, s; 0: no such field. */
  readonly hsts: number
  /** Plain requests are redirected, so cookies need not go with them. */
  readonly onlyTls: boolean
}

/** Answers over TLS know what they add; others have none. */
export interface MaybeSecured {
  readonly secured?: SecureAnswers
}

/** @param fields names and values in turn; changed in place */
export function secureFields(fields: string[], { hsts, onlyTls }: SecureAnswers): void {
  let promised = hsts === 0
  for (let i = 0; i < fields.length; i += 2) {
    const name = (fields[i] as string).toLowerCase()
    if (name === 'strict-transport-security') promised = true
    else if (onlyTls && name === 'set-cookie') fields[i + 1] = secured(fields[i + 1] as string)
  }
  if (!promised) fields.push('strict-transport-security', `max-age=${hsts}`)
}

const secured = (cookie: string): string =>
  /;\s*secure\s*(?:;|$)/i.test(cookie) ? cookie : `${cookie}; Secure`
