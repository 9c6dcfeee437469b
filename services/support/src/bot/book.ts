/**
 * Reads bot.yaml: the topics, the phrases that choose them, and the shop's own data. A mistake in the
 * file is told with its place when the service starts, never when a customer asks.
 *
 * @module
 */
import { readFileSync } from 'node:fs'
import { parse } from 'yaml'

export const weekdays = [
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
  'sunday',
] as const
export type Weekday = (typeof weekdays)[number]

export interface ShopFacts {
  readonly hours: Readonly<Partial<Record<Weekday, readonly [from: string, to: string]>>>
  /** `MM-DD` */
  readonly daysOff: readonly string[]
  readonly returnDays: number
}

export interface Topic {
  readonly topic: string
  readonly example: string
  /** Each: words that must all occur; a trailing `*` means a beginning. */
  readonly phrases: readonly (readonly string[])[]
  readonly handOver: boolean
  readonly data: 'order' | 'returns' | 'hours' | null
  readonly answer: string
  /** Further answers, by the case that the data names. */
  readonly answers: Readonly<Record<string, string>>
  readonly states: Readonly<Record<string, string>>
}

export interface BotBook {
  readonly shop: ShopFacts
  readonly topics: readonly Topic[]
}

class Problems {
  readonly #found: string[] = []
  add(where: string, what: string): void {
    this.#found.push(`${where}: ${what}`)
  }
  end(): void {
    if (this.#found.length > 0) throw new Error(`bot.yaml refused:\n  ${this.#found.join('\n  ')}`)
  }
}

type Fields = Readonly<Record<string, unknown>>
const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null ? (value as Fields) : {}
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
const textOf = (value: unknown): string => (typeof value === 'string' ? value.trim() : '')
const textsOf = (value: unknown): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(fieldsOf(value)).map(([key, text]) => [key, textOf(text)]))

const isTime = (value: unknown): value is string =>
  typeof value === 'string' && /^([01]\d|2[0-4]):[0-5]\d$/.test(value)

function readShop(value: unknown, problems: Problems): ShopFacts {
  const shop = fieldsOf(value)
  const hours: Partial<Record<Weekday, readonly [string, string]>> = {}
  for (const [day, range] of Object.entries(fieldsOf(shop.hours))) {
    const [from, to] = listOf(range)
    const known = weekdays.find((one) => one === day)
    if (known && isTime(from) && isTime(to) && from < to) hours[known] = [from, to]
    else problems.add(`shop.hours.${day}`, 'expected ["09:00", "19:00"] for a day of the week')
  }
  const daysOff = listOf(shop.daysOff).map(String)
  for (const day of daysOff) {
    if (!/^\d\d-\d\d$/.test(day)) problems.add('shop.daysOff', `expected MM-DD, not ${day}`)
  }
  const returnDays = Number(shop.returnDays)
  if (!Number.isInteger(returnDays)) problems.add('shop.returnDays', 'expected a number of days')
  return { hours, daysOff, returnDays }
}

function readTopic(value: unknown, at: number, problems: Problems): Topic {
  const fields = fieldsOf(value)
  const topic = textOf(fields.topic)
  const where = `topics.${topic || at}`
  if (!/^[a-z_]{1,40}$/.test(topic)) problems.add(where, 'expected a topic of a-z and _')
  const phrases = listOf(fields.phrases).map((phrase) => words(String(phrase), true))
  if (phrases.length === 0 || phrases.some((phrase) => phrase.length === 0)) {
    problems.add(where, 'expected phrases, each of one word at least')
  }
  const handOver = fields.handOver === true
  const data = fields.data ?? null
  if (data !== null && data !== 'order' && data !== 'returns' && data !== 'hours') {
    problems.add(where, 'data is order, returns or hours')
  }
  const answer = textOf(fields.answer)
  if (answer === '' && !handOver) problems.add(where, 'expected an answer')
  return {
    topic,
    example: textOf(fields.example),
    phrases,
    handOver,
    // Checked above; with a problem this value is never used.
    data: data as Topic['data'],
    answer,
    answers: textsOf(fields.answers),
    states: textsOf(fields.states),
  }
}

/** Lower case, without accents; `*` is kept in phrases only. */
export function words(text: string, inPhrase = false): readonly string[] {
  const plain = text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
  return plain.match(inPhrase ? /[\p{L}\p{N}]+\*?/gu : /[\p{L}\p{N}]+/gu) ?? []
}

export function readBotBook(yaml: string): BotBook {
  const problems = new Problems()
  const file = fieldsOf(parse(yaml))
  const shop = readShop(file.shop, problems)
  const topics = listOf(file.topics).map((one, at) => readTopic(one, at, problems))
  problems.end()
  return { shop, topics }
}

export const shippedBotBook = (): BotBook =>
  readBotBook(readFileSync(new URL('../../bot.yaml', import.meta.url), 'utf8'))
