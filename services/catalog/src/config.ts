/**
 * Configuration of the catalog: what every service is told, and the pace of its own loop.
 *
 * @module
 */
import { type ConfigOf, commonSettings, readSettings, whole } from '@bookshop/kit/config'

const settings = {
  ...commonSettings('catalog', 3101),
  expiryInterval: {
    env: 'CATALOG_EXPIRY_INTERVAL_MS',
    parse: whole,
    fallback: '2000',
    help: 'milliseconds between looks for expired reservations (2000 = two seconds)',
  },
} as const

export type CatalogConfig = ConfigOf<typeof settings>

/** Throws one Error that lists every problem by variable name. */
export const readConfig = (env: Readonly<Record<string, string | undefined>>): CatalogConfig =>
  readSettings(settings, env)
