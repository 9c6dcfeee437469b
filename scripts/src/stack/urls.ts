/**
 * Every URL of an instance, by name, as stack.json and tests want them.
 *
 * @module
 */
import { serverAccounts } from './accounts.ts'
import type { Places } from './component.ts'
import {
  type DatabaseServer,
  databaseUrl,
  httpUrl,
  kafkaBrokers,
  redisUrl,
} from './components/urls.ts'
import { rootUrl } from './mariadb.ts'
import type { AccountName } from './secrets.ts'

const schemaOf = (account: AccountName): string => {
  if (account.startsWith('matapalo_')) return 'matapalo'
  if (account === 'outbox_feed') return 'users'
  return account.split('_')[0] ?? account
}

export function urlsOf(places: Places): Readonly<Record<string, string>> {
  const urls: Record<string, string> = {
    kafka: kafkaBrokers(places),
    connect: httpUrl(places, 'connect'),
    redis: redisUrl(places),
    monolith: httpUrl(places, 'monolith'),
    catalog: httpUrl(places, 'catalog'),
    users: httpUrl(places, 'users'),
    orders: httpUrl(places, 'orders'),
    support: httpUrl(places, 'support'),
    storefront: httpUrl(places, 'storefront'),
    cdc: httpUrl(places, 'cdc'),
    'control-plane': httpUrl(places, 'control-plane'),
    'edge-1': httpUrl(places, 'edge-1'),
    'edge-1.admin': httpUrl(places, 'edge-1', 'admin'),
    'edge-2': httpUrl(places, 'edge-2'),
    'edge-2.admin': httpUrl(places, 'edge-2', 'admin'),
  }
  for (const server of ['monolith-db', 'services-db'] as const satisfies DatabaseServer[]) {
    urls[`${server}.root`] = rootUrl(places.at(server), places.secrets.rootPassword).href
    const accounts = new Set(serverAccounts[server].grants.map((grant) => grant.account))
    for (const account of accounts) {
      urls[`${server}.${account}`] = databaseUrl(places, server, account, schemaOf(account))
    }
  }
  return urls
}
