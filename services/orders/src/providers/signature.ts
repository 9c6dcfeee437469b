/**
 * A provider's callback is signed with a secret that only it and this service know: HMAC-SHA256 over
 * the body as compact JSON, in the header `x-provider-signature: sha256=<hex>`.
 *
 * @module
 */
import { createHmac, timingSafeEqual } from 'node:crypto'

export const signatureHeader = 'x-provider-signature'

export const signatureOf = (secret: string, body: unknown): string =>
  `sha256=${createHmac('sha256', secret).update(JSON.stringify(body)).digest('hex')}`

export function isSigned(secret: string, body: unknown, given: string | undefined): boolean {
  const expected = Buffer.from(signatureOf(secret, body))
  const found = Buffer.from(given ?? '')
  return found.length === expected.length && timingSafeEqual(found, expected)
}
