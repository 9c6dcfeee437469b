/**
 * Configuration is one object, read once: every problem is reported together, by variable name, and
 * the result is frozen. Nothing else in a process reads the environment.
 *
 * @module
 */
import { MatapaloError } from '@matapalo/core'

export interface Setting<T> {
  /** Name of the environment variable. */
  readonly env: string
  /** Throws an Error whose message says what is expected. */
  readonly parse: (text: string) => T
  /** Absent: the variable is required. */
  readonly default?: T
  /** One line: what it does and its unit. */
  readonly help: string
}

export type Settings = Readonly<Record<string, Setting<unknown>>>
export type Config<S extends Settings> = {
  readonly [K in keyof S]: S[K] extends Setting<infer T> ? T : never
}

export class ConfigInvalid extends MatapaloError {
  readonly code = 'MATAPALO_CONFIG_INVALID'
}

/** Reads every setting from `env`; an empty variable counts as absent. */
export function readConfig<const S extends Settings>(
  settings: S,
  env: Readonly<Record<string, string | undefined>>,
): Config<S> {
  const problems: string[] = []
  const values: Record<string, unknown> = {}
  for (const [key, setting] of Object.entries(settings)) {
    const text = env[setting.env]
    if (text === undefined || text === '') {
      if ('default' in setting) values[key] = setting.default
      else problems.push(`${setting.env} is required: ${setting.help}`)
      continue
    }
    try {
      values[key] = setting.parse(text)
    } catch (cause) {
      problems.push(`${setting.env}: ${cause instanceof Error ? cause.message : String(cause)}`)
    }
  }
  if (problems.length > 0)
    throw new ConfigInvalid(`configuration refused:\n  ${problems.join('\n  ')}`)
  // The loop above filled exactly the keys of S.
  return Object.freeze(values) as Config<S>
}

export const text = (value: string): string => value

export const port = (value: string): number => {
  const number = Number(value)
  if (!Number.isInteger(number) || number < 0 || number > 65535) {
    throw new Error('expected a port, 0 to 65535')
  }
  return number
}

/** Milliseconds, a whole number from 0. */
export const millis = (value: string): number => {
  const number = Number(value)
  if (!Number.isInteger(number) || number < 0) throw new Error('expected whole milliseconds')
  return number
}

export const count = (value: string): number => {
  const number = Number(value)
  if (!Number.isInteger(number) || number < 0) throw new Error('expected a whole number from 0')
  return number
}

export const flag = (value: string): boolean => {
  if (['1', 'true', 'on', 'yes'].includes(value)) return true
  if (['0', 'false', 'off', 'no'].includes(value)) return false
  throw new Error('expected on or off')
}

/** The value is not shown when it is refused, since it may hold a password. */
export const url = (value: string): URL => {
  if (!URL.canParse(value)) throw new Error('expected a URL')
  return new URL(value)
}

export const list = (value: string): readonly string[] =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
