/** JSON columns: written by us only, so what is read back has the type it was written with. */
import type { DbRow } from '@matapalo/runtime'

export const toJson = (value: unknown): string =>
  JSON.stringify(value, (_key, one: unknown) => (typeof one === 'bigint' ? one.toString() : one))

/** @typeParam T what this column is always written with */
export const fromJson = <T>(text: DbRow[string] | undefined): T | null =>
  text === null || text === undefined ? null : (JSON.parse(String(text)) as T)

/** `2026-11-21 23:05:09.123456` in UTC as ISO 8601. */
export const isoTime = (text: DbRow[string] | undefined): string | null =>
  text === null || text === undefined ? null : `${String(text).replace(' ', 'T').slice(0, 23)}Z`
