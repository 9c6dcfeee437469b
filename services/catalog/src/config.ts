/**
 * Configuration is one object, read once from the environment; every problem is reported together.
 *
 * @module
 */

interface Setting<T> {
  readonly env: string
  readonly parse: (text: string) => T
  readonly fallback?: string
  readonly help: string
}

const text = (value: string): string => value

const whole = (value: string): number => {
  const number = Number(value)
  if (!Number.isInteger(number) || number < 0) throw new Error('expected a whole number from 0')
  return number
}

const zone = (value: string): string => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: value })
  } catch {
    throw new Error('expected an IANA time zone')
  }
  return value
}

/** The value is not shown when it is refused: it holds a password. */
const url = (value: string): URL => {
  if (!URL.canParse(value)) throw new Error('expected mysql://user:password@host:port/schema')
  return new URL(value)
}

/** A JSON Web Key Set, as JSON text. */
const keySet = (value: string): { readonly keys: readonly object[] } => {
  const parsed: unknown = JSON.parse(value)
  const keys = (parsed as { keys?: unknown } | null)?.keys
  if (!Array.isArray(keys)) throw new Error('expected {"keys":[…]}')
  return { keys }
}

const settings = {
  host: { env: 'HOST', parse: text, fallback: '127.0.0.1', help: 'address to listen on' },
  port: { env: 'PORT', parse: whole, fallback: '3101', help: 'HTTP port' },
  database: { env: 'DATABASE_URL', parse: url, help: 'mysql://… of schema catalog' },
  poolSize: { env: 'DATABASE_POOL', parse: whole, fallback: '12', help: 'connections at most' },
  identityKeys: { env: 'IDENTITY_JWKS', parse: keySet, help: 'public keys of the edge, a JWKS' },
  timeZone: { env: 'SHOP_TIME_ZONE', parse: zone, fallback: 'America/Bogota', help: 'shop’s zone' },
  expiryInterval: {
    env: 'CATALOG_EXPIRY_INTERVAL_MS',
    parse: whole,
    fallback: '2000',
    help: 'milliseconds between looks for expired reservations (2000 = two seconds)',
  },
  logLevel: { env: 'LOG_LEVEL', parse: text, fallback: 'info', help: 'pino level' },
} satisfies Record<string, Setting<unknown>>

export type CatalogConfig = {
  readonly [K in keyof typeof settings]: ReturnType<(typeof settings)[K]['parse']>
}

/** Throws one Error that lists every problem by variable name. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): CatalogConfig {
  const problems: string[] = []
  const values: Record<string, unknown> = {}
  for (const [key, setting] of Object.entries<Setting<unknown>>(settings)) {
    const given = env[setting.env] || setting.fallback
    if (given === undefined) {
      problems.push(`${setting.env} is required: ${setting.help}`)
      continue
    }
    try {
      values[key] = setting.parse(given)
    } catch (cause) {
      problems.push(`${setting.env}: ${cause instanceof Error ? cause.message : String(cause)}`)
    }
  }
  if (problems.length > 0) throw new Error(`configuration refused:\n  ${problems.join('\n  ')}`)
  // The loop above filled exactly the keys of `settings`.
  return Object.freeze(values) as CatalogConfig
}
