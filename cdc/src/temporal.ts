/**
 * Debezium's epoch numbers (`adaptive_time_microseconds`) as canonical SQL text. Pure integer
 * arithmetic in BigInt where a double could round.
 *
 * @module
 */

const two = (value: number): string => (value < 10 ? `0${value}` : String(value))

/** Fraction digits of a column: 0 to 6. */
const fraction = (micros: number, digits: number): string =>
  digits === 0 ? '' : `.${String(micros).padStart(6, '0').slice(0, digits)}`

/** Days since 1970-01-01, years 0 to 9999. */
export const dateOfDays = (days: number): string =>
  new Date(days * 86_400_000).toISOString().slice(0, 10)

/** `2026-11-21 23:05:09.123456`, to the column's digits. */
export function datetimeOf(epoch: number | string, unit: 'ms' | 'us', digits: number): string {
  let millis: number
  let micros: number
  if (unit === 'ms') {
    millis = Number(epoch)
    micros = (((millis % 1000) + 1000) % 1000) * 1000
  } else {
    const total = BigInt(epoch)
    const rest = ((total % 1_000_000n) + 1_000_000n) % 1_000_000n
    micros = Number(rest)
    millis = Number((total - rest) / 1000n)
  }
  const iso = new Date(millis).toISOString()
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)}${fraction(micros, digits)}`
}

/** Microseconds, possibly negative or past 24 hours, as `-838:59:59.000000`. */
export function timeOf(epochMicros: number | string, digits: number): string {
  const total = Number(epochMicros)
  const absolute = Math.abs(total)
  const seconds = Math.floor(absolute / 1_000_000)
  const sign = total < 0 ? '-' : ''
  const clock = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`
  return `${sign}${clock}${fraction(absolute % 1_000_000, digits)}`
}

/** `2026-11-21T23:05:09.12Z` (a TIMESTAMP, always UTC) to the column's digits. */
export function timestampOf(iso: string, digits: number): string {
  const match = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d(?::\d\d)?)(?:\.(\d+))?(?:Z|\+00:00)$/.exec(iso)
  if (match === null) throw new TypeError('expected an ISO timestamp in UTC')
  const [, day = '', clock = '', part = ''] = match
  const full = clock.length === 5 ? `${clock}:00` : clock
  return `${day} ${full}${digits === 0 ? '' : `.${part.padEnd(6, '0').slice(0, digits)}`}`
}
