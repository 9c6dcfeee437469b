/**
 * Keys derived from the one secret of the service, and what is sealed with them at rest
 * (AES-256-GCM): a copy of the database signs no token and opens no account.
 *
 * @module
 */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto'

export interface Secrets {
  /** base64url of nonce, tag and text. */
  seal(text: string): string
  /** @throws Error when it was sealed with another secret, or changed */
  open(sealed: string): string
  /** A key for one purpose. */
  derive(purpose: string): Buffer
  mac(purpose: string, text: string): string
}

export function openSecrets(secret: Buffer): Secrets {
  const derive = (purpose: string): Buffer =>
    Buffer.from(hkdfSync('sha256', secret, 'bookshop-users', purpose, 32))
  const key = derive('seal')
  return {
    derive,
    mac: (purpose, text) => createHmac('sha256', derive(purpose)).update(text).digest('base64url'),
    seal(text) {
      const nonce = randomBytes(12)
      const cipher = createCipheriv('aes-256-gcm', key, nonce)
      const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
      return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url')
    },
    open(sealed) {
      const bytes = Buffer.from(sealed, 'base64url')
      const opener = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12))
      opener.setAuthTag(bytes.subarray(12, 28))
      return Buffer.concat([opener.update(bytes.subarray(28)), opener.final()]).toString('utf8')
    },
  }
}
