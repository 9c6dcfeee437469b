/**
 * Whether the shop is open, and its week in words.
 *
 * Pure.
 *
 * @module
 */
import { type ShopFacts, type Weekday, weekdays } from './book.ts'

interface LocalMoment {
  readonly day: Weekday
  /** `MM-DD` */
  readonly date: string
  /** `HH:MM` */
  readonly time: string
}

const capital = (day: string): string => `${day.charAt(0).toUpperCase()}${day.slice(1)}`

export function localMoment(at: Date, timeZone: string): LocalMoment {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    weekday: 'long',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  })
  const part = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]))
  const name = (part.weekday ?? '').toLowerCase()
  return {
    day: weekdays.find((one) => one === name) ?? 'monday',
    date: `${part.month}-${part.day}`,
    time: `${part.hour}:${part.minute}`,
  }
}

const rangeOn = ({ hours, daysOff }: ShopFacts, { day, date }: LocalMoment) =>
  daysOff.includes(date) ? undefined : hours[day]

const dayMs = 86_400_000

/** `open until 19:00`, `closed and open again on Monday at 09:00`. */
export function openNow(shop: ShopFacts, at: Date, timeZone: string): string {
  const now = localMoment(at, timeZone)
  const today = rangeOn(shop, now)
  if (today && now.time >= today[0] && now.time < today[1]) return `open until ${today[1]}`
  if (today && now.time < today[0]) return `closed and open today at ${today[0]}`
  for (let ahead = 1; ahead <= 14; ahead += 1) {
    const then = localMoment(new Date(at.getTime() + ahead * dayMs), timeZone)
    const range = rangeOn(shop, then)
    if (range) return `closed and open again on ${capital(then.day)} at ${range[0]}`
  }
  return 'closed'
}

/** Days with the same hours together: `Monday to Thursday 09:00–19:00, Sunday closed`. */
export function weekText({ hours }: ShopFacts): string {
  const groups: { readonly from: Weekday; to: Weekday; readonly text: string }[] = []
  for (const day of weekdays) {
    const range = hours[day]
    const text = range ? `${range[0]}–${range[1]}` : 'closed'
    const last = groups.at(-1)
    if (last?.text === text) last.to = day
    else groups.push({ from: day, to: day, text })
  }
  return groups
    .map(({ from, to, text }) =>
      from === to ? `${capital(from)} ${text}` : `${capital(from)} to ${capital(to)} ${text}`,
    )
    .join(', ')
}
