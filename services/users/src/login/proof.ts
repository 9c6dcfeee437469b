/**
 * Our own login page asks the owner of the sessions over HTTP, like anybody, and has bounded the tries
 * itself, by the customer's address. This proof, good for a minute and one e-mail address, spares
 * that call a second bound under the address of this process.
 *
 * @module
 */
import { timingSafeEqual } from 'node:crypto'
import type { Secrets } from '../secrets.ts'

export const proofHeader = 'x-login-proof'
const goodMs = 60_000

export function loginProof(secrets: Secrets, now: () => Date) {
  const sign = (email: string, at: string): string =>
    `${at}.${secrets.mac('login-proof', `${at}\0${email}`)}`
  return {
    make: (email: string): string => sign(email, String(now().getTime())),
    isOwn: (email: string, proof: string | undefined): boolean => {
      const at = /^(\d{13})\./.exec(proof ?? '')?.[1]
      if (proof === undefined || at === undefined) return false
      if (Math.abs(now().getTime() - Number(at)) > goodMs) return false
      const [given, right] = [Buffer.from(proof), Buffer.from(sign(email, at))]
      return given.length === right.length && timingSafeEqual(given, right)
    },
  }
}
