/**
 * Configuration of the catalog: what every service is told, and the pace of its own loop.
 *
 * @module
 */
import { type ConfigOf, commonSettings, list, readSettings, whole } from '@bookshop/kit/config'

/** The value is not shown when it is refused: it holds a password. */
const redisUrl = (value: string): URL => {
  if (!URL.canParse(value) || !/^rediss?:$/.test(new URL(value).protocol)) {
    throw new Error('expected redis://:password@host:port')
  }
  return new URL(value)
}

const settings = {
  ...commonSettings('catalog', 3101),
  expiryInterval: {
    env: 'CATALOG_EXPIRY_INTERVAL_MS',
    parse: whole,
    fallback: '2000',
    help: 'milliseconds between looks for expired reservations (2000 = two seconds)',
  },
  cacheUrl: {
    env: 'CACHE_URL',
    parse: redisUrl,
    optional: true,
    help: 'Redis; without it every read asks the database',
  },
  brokers: {
    env: 'KAFKA_BROKERS',
    parse: list,
    optional: true,
    help: 'host:port with commas between; without them only HTTP ends a reservation',
  },
  sweepInterval: {
    env: 'CATALOG_TEXT_SWEEP_MS',
    parse: whole,
    fallback: '1000',
    help: 'milliseconds between steps that bring the text index up to date (1000 = one second)',
  },
} as const

export type CatalogConfig = ConfigOf<typeof settings>

/** Throws one Error that lists every problem by variable name. */
export const readConfig = (env: Readonly<Record<string, string | undefined>>): CatalogConfig =>
  readSettings(settings, env)
