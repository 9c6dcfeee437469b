/**
 * Instants are stored as UTC text (`2026-11-21 23:05:09`) and answered as the shop's local time with
 * its offset (`2026-11-21T18:05:09-05:00`), which is what clients of the old shop have always seen.
 *
 * @module
 */

export type ShowInstant = {
  (utc: string): string
  (utc: string | null): string | null
}

const two = (value: number): string => String(Math.trunc(value)).padStart(2, '0')

const parseUtc = (utc: string): Date => new Date(`${utc.replace(' ', 'T')}Z`)

/** UTC text as MariaDB stores it, whole seconds. */
export const utcText = (date: Date): string => date.toISOString().slice(0, 19).replace('T', ' ')

/** Formats stored instants for one zone. The zone's offset is looked up once per hour of time. */
export function shownIn(timeZone: string): ShowInstant {
  const format = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' })
  const offsets = new Map<string, number>()

  const offsetMinutes = (utc: string): number => {
    const hour = utc.slice(0, 13)
    const known = offsets.get(hour)
    if (known !== undefined) return known
    const name = format
      .formatToParts(parseUtc(utc))
      .find((part) => part.type === 'timeZoneName')?.value
    const match = /^GMT(?:([+-])(\d{2}):(\d{2}))?/.exec(name ?? '')
    const minutes = Number(match?.[2] ?? 0) * 60 + Number(match?.[3] ?? 0)
    const offset = match?.[1] === '-' ? -minutes : minutes
    if (offsets.size > 10_000) offsets.clear()
    offsets.set(hour, offset)
    return offset
  }

  const show = (utc: string | null): string | null => {
    if (utc === null) return null
    const offset = offsetMinutes(utc)
    const local = new Date(parseUtc(utc).getTime() + offset * 60_000)
    const sign = offset < 0 ? '-' : '+'
    const away = Math.abs(offset)
    return `${local.toISOString().slice(0, 19)}${sign}${two(away / 60)}:${two(away % 60)}`
  }
  // The overloads say what the implementation does: null in, null out.
  return show as ShowInstant
}
