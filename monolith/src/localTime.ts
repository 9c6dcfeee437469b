/**
 * Turns the shop's local DATETIMEs ("2026-11-21 18:05:09") into what the API shows
 * ("2026-11-21T18:05:09-05:00").
 *
 * @module
 */

export type ShowTime = (local: string) => string

function offsetMinutes(timeZone: string): (utcMs: number) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  })
  return (utcMs) => {
    const part: Record<string, number> = {}
    for (const { type, value } of format.formatToParts(new Date(utcMs))) part[type] = Number(value)
    const local = Date.UTC(
      part.year ?? 0,
      (part.month ?? 1) - 1,
      part.day,
      part.hour,
      part.minute,
      part.second,
    )
    return Math.round((local - utcMs) / 60_000)
  }
}

const two = (value: number): string => String(value).padStart(2, '0')

/** Zones change their offset on whole quarters of an hour at most: one answer per hour is kept. */
export function timeIn(timeZone: string): ShowTime {
  const offsetAt = offsetMinutes(timeZone)
  const known = new Map<string, string>()
  return (local) => {
    const hour = local.slice(0, 13)
    let suffix = known.get(hour)
    if (suffix === undefined) {
      const asUtc = Date.parse(`${local.slice(0, 10)}T${local.slice(11, 19)}Z`)
      const minutes = offsetAt(asUtc - offsetAt(asUtc) * 60_000)
      const size = Math.abs(minutes)
      suffix = `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`
      if (known.size > 5_000) known.clear()
      known.set(hour, suffix)
    }
    return `${local.slice(0, 10)}T${local.slice(11, 19)}${suffix}`
  }
}
