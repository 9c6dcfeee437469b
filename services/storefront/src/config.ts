/**
 * Configuration of the storefront. It has no database, so it is told less than the other services.
 *
 * @module
 */
import { type ConfigOf, httpUrl, readSettings, text, whole } from '@bookshop/kit/config'

const secret = (value: string): string => {
  if (value.length < 32) throw new Error('expected at least 32 characters')
  return value
}

const settings = {
  host: { env: 'HOST', parse: text, fallback: '127.0.0.1', help: 'address to listen on' },
  port: { env: 'PORT', parse: whole, fallback: '3105', help: 'HTTP port' },
  shopUrl: { env: 'SHOP_URL', parse: httpUrl, help: 'where the /api/* of all services answer' },
  formSecret: {
    env: 'FORM_SECRET',
    parse: secret,
    help: 'signs forms and notes; the same for all replicas',
  },
  logLevel: { env: 'LOG_LEVEL', parse: text, fallback: 'info', help: 'pino level' },
  readTimeout: {
    env: 'STOREFRONT_READ_TIMEOUT_MS',
    parse: whole,
    fallback: '5000',
    help: 'longest one try of a read may take (5000 = five seconds)',
  },
} as const

export type StorefrontConfig = ConfigOf<typeof settings>

/** Throws one Error that lists every problem by variable name. */
export const readConfig = (env: Readonly<Record<string, string | undefined>>): StorefrontConfig =>
  readSettings(settings, env)
