/**
 * DATETIME text to seconds and back, by integer arithmetic: a Date per value is five times slower, and
 * this runs for each instant of each applied row.
 *
 * @module
 */
import { Outside } from './lens.ts'

const code = 'MATAPALO_LENS_INSTANT'
const shape = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?$/

/** Whole days since 1970-01-01, proleptic Gregorian: Howard Hinnant, chrono-compatible date algorithms. */
function daysOf(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year
  const era = Math.floor(y / 400)
  const yearOfEra = y - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  const dayOfEra =
    yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * 146_097 + dayOfEra - 719_468
}

/** Seconds since the epoch as if the text were UTC. */
export function secondsOf(text: string): number {
  if (!shape.test(text)) throw new Outside(code, 'is not a DATETIME')
  const two = (at: number) => text.charCodeAt(at) * 10 + text.charCodeAt(at + 1) - 528
  const month = two(5)
  const day = two(8)
  if (month === 0 || day === 0) throw new Outside(code, 'is a zero date')
  const days = daysOf(two(0) * 100 + two(2), month, day)
  return days * 86_400 + two(11) * 3600 + two(14) * 60 + two(17)
}

const pad = (value: number): string => (value < 10 ? `0${value}` : String(value))

export function datetimeText(seconds: number): string {
  const days = Math.floor(seconds / 86_400)
  const rest = seconds - days * 86_400
  const shifted = days + 719_468
  const era = Math.floor(shifted / 146_097)
  const dayOfEra = shifted - era * 146_097
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  )
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153)
  const day = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  if (year < 0 || year > 9999) throw new Outside(code, 'leaves the years 0–9999')
  const clock = `${pad(Math.floor(rest / 3600))}:${pad(Math.floor(rest / 60) % 60)}:${pad(rest % 60)}`
  return `${String(year).padStart(4, '0')}-${pad(month)}-${pad(day)} ${clock}`
}
