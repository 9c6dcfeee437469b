/**
 * Which part of the shop a request or a write belongs to.
 *
 * @module
 */
import type { WriteKind } from './ledger.ts'

export const domains = ['catalog', 'users', 'orders', 'support', 'storefront'] as const
export type Domain = (typeof domains)[number]

const api: readonly (readonly [RegExp, Domain])[] = [
  [/^\/api\/(books|categories|catalog)\b/, 'catalog'],
  [/^\/api\/(cart|orders|purchases|payment)/, 'orders'],
  [/^\/api\/(tickets|returns|complaints|feedback|support)\b/, 'support'],
]

/** Pages are the storefront's; what is left of the API, and tokens, are the users'. */
export function domainOfPath(path: string): Domain {
  if (!path.startsWith('/api/') && !path.startsWith('/identity/')) return 'storefront'
  return api.find(([pattern]) => pattern.test(path))?.[1] ?? 'users'
}

const kinds: Readonly<Record<WriteKind, Domain>> = {
  price: 'catalog',
  create: 'catalog',
  remove: 'catalog',
  stock: 'catalog',
  order: 'orders',
  status: 'orders',
  ticket: 'support',
  message: 'support',
  return: 'support',
  complaint: 'support',
  feedback: 'support',
  account: 'users',
  login: 'users',
  logout: 'users',
}

export const domainOfKind = (kind: WriteKind): Domain => kinds[kind]
