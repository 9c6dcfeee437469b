/** Salted SHA-256, as the shop began with. Cheap, and known to be so; see the README. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

export const newSalt = (): string => randomBytes(8).toString('hex')

export const passwordHash = (salt: string, password: string): string =>
  createHash('sha256').update(salt).update(password).digest('hex')

export function passwordMatches(salt: string, hash: string, password: string): boolean {
  const given = Buffer.from(passwordHash(salt, password))
  const stored = Buffer.from(hash)
  return given.length === stored.length && timingSafeEqual(given, stored)
}
