/**
 * The parts of the shop that answer for themselves. One may be down while the others are not, so each
 * has circuit breakers of its own, although all are reached at one URL.
 *
 * @module
 */
import { type ServiceClient, serviceClient } from '@bookshop/kit/client'

export const areas = ['users', 'catalog', 'orders', 'support'] as const
export type Area = (typeof areas)[number]

/** What a visitor is told is missing. */
export const areaWords: Readonly<Record<Area, string>> = {
  users: 'accounts',
  catalog: 'books and shelves',
  orders: 'carts and orders',
  support: 'support and readers’ opinions',
}

/**
 * `read` may be repeated. `write` waits longer than the edge holds a request while a domain moves (10
 * seconds), `checkout` also for payment. `attempt` is a guess at a secret: never repeated, and many
 * refusals of it say nothing about the health of who answers.
 */
export type Manner = 'read' | 'write' | 'checkout' | 'attempt'

export type AreaClients = (area: Area, manner: Manner) => ServiceClient

const never = 1_000_000

export function areaClients(url: string, readTimeoutMs: number): AreaClients {
  const manners = {
    read: { timeoutMs: readTimeoutMs, retries: 2 },
    write: { timeoutMs: 15_000, retries: 2, failuresToOpen: never },
    checkout: { timeoutMs: 30_000, retries: 2, failuresToOpen: never },
    attempt: { timeoutMs: 15_000, retries: 0, failuresToOpen: never },
  } as const
  const clients = new Map<string, ServiceClient>()
  return (area, manner) => {
    const key = `${area} ${manner}`
    const known = clients.get(key)
    if (known) return known
    const made = serviceClient({ service: area, url, ...manners[manner] })
    clients.set(key, made)
    return made
  }
}
