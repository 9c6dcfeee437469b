/**
 * The URLs that configuration is made of.
 *
 * @module
 */
import type { ComponentName, Places } from '../component.ts'
import type { AccountName } from '../secrets.ts'

export type DatabaseServer = 'monolith-db' | 'services-db'

export const databaseUrl = (
  places: Places,
  server: DatabaseServer,
  account: AccountName,
  schema: string,
): string => {
  const { host, port } = places.at(server)
  return `mysql://${account}:${places.secrets.passwords[account]}@${host}:${port}/${schema}`
}

export const httpUrl = (places: Places, component: ComponentName, port?: string): string => {
  const at = places.at(component, port)
  return `http://${at.host}:${at.port}`
}

export const kafkaBrokers = (places: Places): string => {
  const at = places.at('kafka')
  return `${at.host}:${at.port}`
}

export const redisUrl = (places: Places): string => {
  const at = places.at('redis')
  return `redis://:${places.secrets.redisPassword}@${at.host}:${at.port}/0`
}

/** Where the shop is for everybody: the first edge. */
export const shopUrl = (places: Places): string => httpUrl(places, 'edge-1')

/** The identity provider, by its public name, which stands in tokens as `iss`. */
export const issuerUrl = (places: Places): string => `${shopUrl(places)}/identity`

/** Its keys, asked of the service itself: they are needed before an edge has a route there. */
export const issuerKeysUrl = (places: Places): string => `${httpUrl(places, 'users')}/identity/jwks`

/** Variables that every service with a database has, on its own schema and account. */
export const serviceEnvironment = (
  places: Places,
  name: 'catalog' | 'users' | 'orders' | 'support',
): Readonly<Record<string, string>> => ({
  PORT: String(places.listen(name).port),
  HOST: places.listen(name).host,
  DATABASE_URL: databaseUrl(places, 'services-db', name, name),
  IDENTITY_JWKS: places.secrets.identityJwks,
  ISSUER: issuerUrl(places),
  OIDC_JWKS_URL: issuerKeysUrl(places),
  SHOP_TIME_ZONE: 'America/Bogota',
})
