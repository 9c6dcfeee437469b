/**
 * Configuration is one object, read once from the environment; every problem is reported together.
 * A service hands in its own table of settings, in which those below have a part.
 *
 * @module
 */

export interface Setting<T> {
  readonly env: string
  readonly parse: (text: string) => T
  readonly fallback?: string
  /** May be missing: the value is undefined then. */
  readonly optional?: boolean
  readonly help: string
}

type Settings = Readonly<Record<string, Setting<unknown>>>

export type ConfigOf<S extends Settings> = {
  readonly [K in keyof S]: S[K] extends { readonly optional: true }
    ? ReturnType<S[K]['parse']> | undefined
    : ReturnType<S[K]['parse']>
}

export const text = (value: string): string => value

export const whole = (value: string): number => {
  const number = Number(value)
  if (!Number.isInteger(number) || number < 0) throw new Error('expected a whole number from 0')
  return number
}

export const zone = (value: string): string => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: value })
  } catch {
    throw new Error('expected an IANA time zone')
  }
  return value
}

/** The value is not shown when it is refused: it holds a password. */
export const databaseUrl = (value: string): URL => {
  if (!URL.canParse(value)) throw new Error('expected mysql://user:password@host:port/schema')
  return new URL(value)
}

/** Without a slash at its end, so that paths can be appended. */
export const httpUrl = (value: string): string => {
  if (!URL.canParse(value) || !/^https?:$/.test(new URL(value).protocol)) {
    throw new Error('expected http://host:port')
  }
  return value.replace(/\/+$/, '')
}

/** Names with commas between. */
export const list = (value: string): readonly string[] =>
  value
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '')

export const onOff = (value: string): boolean => {
  if (value !== 'on' && value !== 'off') throw new Error('expected on or off')
  return value === 'on'
}

export interface KeySet {
  readonly keys: readonly object[]
}

/** A JSON Web Key Set, as JSON text. */
export const keySet = (value: string): KeySet => {
  const parsed: unknown = JSON.parse(value)
  const keys = (parsed as { keys?: unknown } | null)?.keys
  if (!Array.isArray(keys)) throw new Error('expected {"keys":[…]}')
  return { keys }
}

/** What every service is told. `name` is its schema and its name in logs. */
export const commonSettings = (name: string, port: number) =>
  ({
    host: { env: 'HOST', parse: text, fallback: '127.0.0.1', help: 'address to listen on' },
    port: { env: 'PORT', parse: whole, fallback: String(port), help: 'HTTP port' },
    database: { env: 'DATABASE_URL', parse: databaseUrl, help: `mysql://… of schema ${name}` },
    poolSize: { env: 'DATABASE_POOL', parse: whole, fallback: '12', help: 'connections at most' },
    identityKeys: { env: 'IDENTITY_JWKS', parse: keySet, help: 'public keys of the edge, a JWKS' },
    issuer: {
      env: 'ISSUER',
      parse: httpUrl,
      optional: true,
      help: 'the identity provider; without it no bearer token is accepted',
    },
    issuerKeysUrl: {
      env: 'OIDC_JWKS_URL',
      parse: httpUrl,
      optional: true,
      help: 'where its keys are fetched, if not at ISSUER/jwks',
    },
    timeZone: {
      env: 'SHOP_TIME_ZONE',
      parse: zone,
      fallback: 'America/Bogota',
      help: 'shop’s zone',
    },
    logLevel: { env: 'LOG_LEVEL', parse: text, fallback: 'info', help: 'pino level' },
  }) as const satisfies Settings

/** Throws one Error that lists every problem by variable name. */
export function readSettings<const S extends Settings>(
  settings: S,
  env: Readonly<Record<string, string | undefined>>,
): ConfigOf<S> {
  const problems: string[] = []
  const values: Record<string, unknown> = {}
  for (const [key, setting] of Object.entries<Setting<unknown>>(settings)) {
    const given = env[setting.env] || setting.fallback
    if (given === undefined) {
      if (!setting.optional) problems.push(`${setting.env} is required: ${setting.help}`)
      continue
    }
    try {
      values[key] = setting.parse(given)
    } catch (cause) {
      problems.push(`${setting.env}: ${cause instanceof Error ? cause.message : String(cause)}`)
    }
  }
  if (problems.length > 0) throw new Error(`configuration refused:\n  ${problems.join('\n  ')}`)
  // The loop above filled the keys of `settings`; those left out are optional.
  return Object.freeze(values) as ConfigOf<S>
}
