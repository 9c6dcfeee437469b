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
