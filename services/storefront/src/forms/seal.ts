/**
 * What the storefront signs: the token in forms that only it renders, and notes that it hands itself
 * through the visitor's browser. It keeps nothing; every replica with the same secret reads both.
 *
 * @module
 */
import { createHmac, timingSafeEqual } from 'node:crypto'

export interface Seal {
  /** Bound to the visitor's login: a token of one account is worth nothing with another. */
  token(credential: string): string
  isToken(value: unknown, credential: string): boolean
  /** Text that the same visitor's browser brings back. */
  write(note: unknown, credential: string): string
  /** Null for what was not written here, for this login, in the last minutes. */
  read(sealed: string | undefined, credential: string): unknown
}

/** A note lives 10 minutes. */
const noteMs = 600_000

export function sealWith(secret: string, now: () => number): Seal {
  const mac = (purpose: string, ...parts: readonly string[]): string =>
    createHmac('sha256', secret)
      .update(JSON.stringify([purpose, ...parts]))
      .digest('base64url')
  const same = (a: string, b: string): boolean => {
    const [left, right] = [Buffer.from(a), Buffer.from(b)]
    return left.length === right.length && timingSafeEqual(left, right)
  }
  return {
    token: (credential) => mac('form', credential),
    isToken: (value, credential) =>
      typeof value === 'string' && same(value, mac('form', credential)),
    write(note, credential) {
      const text = Buffer.from(JSON.stringify([now() + noteMs, note])).toString('base64url')
      return `${text}.${mac('note', credential, text)}`
    },
    read(sealed, credential) {
      const [text = '', signature = ''] = (sealed ?? '').split('.')
      if (!same(signature, mac('note', credential, text))) return null
      // Signed by us, so it is what `write` made.
      const [until, note] = JSON.parse(Buffer.from(text, 'base64url').toString()) as [
        number,
        unknown,
      ]
      return until > now() ? note : null
    },
  }
}
