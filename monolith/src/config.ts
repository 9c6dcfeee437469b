/**
 * The shop's settings, read once from the environment. All problems are reported together.
 *
 * @module
 */

export interface ShopConfig {
  readonly port: number
  readonly host: string
  readonly databaseUrl: string
  readonly poolSize: number
  readonly timeZone: string
  /** Where the shop's API answers, one or more doors; null: the shop itself. */
  readonly doorUrls: readonly string[] | null
  /** How long a page's form waits for an answer at the door, with all tries. */
  readonly doorPatienceMs: number
  /** Of the shop's own account, with which it logs in at its door; null: it writes its session. */
  readonly systemPassword: string | null
  /** With which the payment provider and the carrier sign what they call back; null: none does. */
  readonly providerSecret: string | null
  readonly jobIntervalMs: number
  readonly recoveryIntervalMs: number
  /** An open checkout older than this is taken for dead by the recovery. */
  readonly checkoutLimitMs: number
  readonly sessionDays: number
}

export class ConfigError extends Error {}

export function readConfig(env: Readonly<Record<string, string | undefined>>): ShopConfig {
  const problems: string[] = []
  const number = (name: string, fallback: number, least: number, most: number): number => {
    const given = env[name]
    if (given === undefined || given === '') return fallback
    const value = Number(given)
    if (Number.isInteger(value) && value >= least && value <= most) return value
    problems.push(`${name}: a whole number from ${least} to ${most}`)
    return fallback
  }
  const urls = (name: string): readonly string[] | null => {
    const given = env[name]
    if (!given) return null
    const list = given.split(',').map((url) => url.trim().replace(/\/+$/, ''))
    if (!list.every((url) => /^https?:\/\/[^/]/.test(url))) {
      problems.push(`${name}: http://host:port, several with commas between`)
    }
    return list
  }
  const zone = env.SHOP_TIME_ZONE ?? 'America/Bogota'
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
  } catch {
    problems.push('SHOP_TIME_ZONE: the name of a time zone, such as America/Bogota')
  }
  const databaseUrl = env.DATABASE_URL ?? ''
  if (!databaseUrl.startsWith('mysql://'))
    problems.push('DATABASE_URL: mysql://user:password@host:port/schema')
  const password = env.SHOP_SYSTEM_PASSWORD ?? ''
  if (password !== '' && (password.length < 12 || password.length > 200)) {
    problems.push('SHOP_SYSTEM_PASSWORD: 12 to 200 characters')
  }
  const port = number('PORT', 3000, 0, 65_535)
  const config: ShopConfig = {
    port,
    host: env.HOST ?? '127.0.0.1',
    databaseUrl,
    poolSize: number('SHOP_DB_POOL', 20, 1, 500),
    timeZone: zone,
    doorUrls: urls('SHOP_DOOR_URL'),
    doorPatienceMs: number('SHOP_DOOR_PATIENCE_MS', 20_000, 100, 600_000),
    systemPassword: password === '' ? null : password,
    providerSecret: env.SHOP_PROVIDER_SECRET || null,
    jobIntervalMs: number('SHOP_JOB_INTERVAL_MS', 60_000, 0, 86_400_000),
    recoveryIntervalMs: number('SHOP_RECOVERY_INTERVAL_MS', 5_000, 50, 3_600_000),
    checkoutLimitMs: number('SHOP_CHECKOUT_LIMIT_MS', 30_000, 100, 600_000),
    sessionDays: number('SHOP_SESSION_DAYS', 30, 1, 3650),
  }
  if (problems.length > 0) throw new ConfigError(`bad settings:\n  ${problems.join('\n  ')}`)
  return Object.freeze(config)
}
