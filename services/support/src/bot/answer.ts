/**
 * The bot's answer to one question: the topic's words, with the data of the moment put in.
 *
 * @module
 */
import type { Missing } from '../neighbours/missing.ts'
import type { Order, Orders } from '../neighbours/orders.ts'
import { type BotBook, type Topic, words } from './book.ts'
import { chooseTopic } from './choose.ts'
import { openNow, weekText } from './hours.ts'

export interface Question {
  readonly text: string
  readonly userId: number
  readonly at: Date
  readonly timeZone: string
}

export interface BotReply {
  /** Null: not understood. */
  readonly topic: string | null
  readonly answer: string | null
  /** A person is to look into it now. */
  readonly handOver: boolean
}

/** What an answer's braces stand for, and which of the topic's answers fits. */
interface Data {
  readonly variant?: string
  readonly values: Readonly<Record<string, string>>
}

/** An order whose number or reference the question names, else the latest. */
function orderMeant(history: readonly Order[], question: string): Order | undefined {
  const asked = new Set(words(question))
  const named = history.find(
    ({ id, reference }) =>
      asked.has(String(id)) || question.toLowerCase().includes(reference.toLowerCase()),
  )
  return named ?? history[0]
}

async function orderData(
  topic: Topic,
  orders: Orders,
  question: Question,
  missing: Missing,
): Promise<Data> {
  const history = await missing.ask('orders', () => orders.of(question.userId))
  if (history === null) return { variant: 'missing', values: {} }
  const order = orderMeant(history, question.text)
  if (order === undefined) return { variant: 'none', values: {} }
  const values = {
    reference: order.reference,
    state: topic.states[order.status] ?? `is ${order.status}`,
    tracking: order.tracking ?? '',
  }
  return order.tracking === null ? { values } : { variant: 'tracked', values }
}

async function dataOf(
  topic: Topic,
  book: BotBook,
  orders: Orders,
  question: Question,
  missing: Missing,
): Promise<Data> {
  if (topic.data === 'order') return orderData(topic, orders, question, missing)
  if (topic.data === 'returns') return { values: { days: String(book.shop.returnDays) } }
  if (topic.data === 'hours') {
    const now = openNow(book.shop, question.at, question.timeZone)
    return { values: { now, week: weekText(book.shop) } }
  }
  return { values: {} }
}

/** `{name}` is replaced once; what a value contains is never looked at again. */
const filled = (template: string, values: Readonly<Record<string, string>>): string =>
  template.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole)

export async function answerQuestion(
  book: BotBook,
  orders: Orders,
  question: Question,
  missing: Missing,
): Promise<BotReply> {
  const topic = chooseTopic(book.topics, question.text)
  if (topic === null) return { topic: null, answer: null, handOver: true }
  if (topic.handOver) return { topic: topic.topic, answer: null, handOver: true }
  const { variant, values } = await dataOf(topic, book, orders, question, missing)
  const template = (variant === undefined ? undefined : topic.answers[variant]) ?? topic.answer
  return { topic: topic.topic, answer: filled(template, values), handOver: false }
}
