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
import type { Neighbour } from './missing.ts'
import { type Orders, ordersAt } from './orders.ts'
import { type Users, usersAt } from './users.ts'

export interface Neighbours {
  readonly users: Users
  readonly orders: Orders
  readonly books: Books
}

const patience = { timeoutMs: 1000, retries: 1 } as const
/** 5000 (five seconds), twice: without the order a return cannot be taken, so it is worth waiting for. */
const needed = { timeoutMs: 5000, retries: 1 } as const
const scope = 'users:read users:contact orders:read'

function ownLogin(config: SupportConfig): Pick<ClientOptions, 'token'> {
  const { clientId, clientSecret, issuer } = config
  const tokenUrl = config.tokenUrl ?? (issuer === undefined ? undefined : `${issuer}/token`)
  if (clientSecret === undefined || tokenUrl === undefined) return {}
  const { timeoutMs } = patience
  return { token: clientCredentials({ tokenUrl, clientId, clientSecret, scope, timeoutMs }) }
}

/**
 * One order and one book are asked for at the shop's public address, where the owner of the moment
 * answers; without that address, at the services themselves.
 */
export function neighboursAt(config: SupportConfig): Neighbours {
  const own = ownLogin(config)
  const { usersUrl, ordersUrl, catalogUrl, shopUrl } = config
  const at = (service: Neighbour, url: string, more: Partial<ClientOptions> = {}) =>
    serviceClient({ service, url, ...patience, ...more })
  return {
    users: usersAt(at('users', usersUrl, own)),
    orders: ordersAt(at('orders', shopUrl ?? ordersUrl, needed), at('orders', ordersUrl, own)),
    books: booksAt(at('catalog', shopUrl ?? catalogUrl)),
  }
}
