/**
 * The neighbours at their configured addresses. An agent waits at most about two seconds for a profile
 * that is not to be had, and not at all once the circuit is open.
 *
 * @module
 */
import { type ClientOptions, serviceClient } from '@bookshop/kit/client'
import { clientCredentials } from '@bookshop/kit/credentials'
import type { SupportConfig } from '../config.ts'
import { type Books, booksAt } from './books.ts'
import { type Orders, ordersAt } from './orders.ts'
import { type Users, usersAt } from './users.ts'

export interface Neighbours {
  readonly users: Users
  readonly orders: Orders
  readonly books: Books
}

const patience = { timeoutMs: 1000, retries: 1 } as const
const scope = 'users:read users:contact orders:read'

function ownLogin(config: SupportConfig): Pick<ClientOptions, 'token'> {
  const { clientId, clientSecret, issuer } = config
  const tokenUrl = config.tokenUrl ?? (issuer === undefined ? undefined : `${issuer}/token`)
  if (clientSecret === undefined || tokenUrl === undefined) return {}
  return { token: clientCredentials({ tokenUrl, clientId, clientSecret, scope }) }
}

export function neighboursAt(config: SupportConfig): Neighbours {
  const own = ownLogin(config)
  const orders = { service: 'orders', url: config.ordersUrl, ...patience }
  return {
    users: usersAt(serviceClient({ service: 'users', url: config.usersUrl, ...patience, ...own })),
    orders: ordersAt(serviceClient(orders), serviceClient({ ...orders, ...own })),
    books: booksAt(serviceClient({ service: 'catalog', url: config.catalogUrl, ...patience })),
  }
}
