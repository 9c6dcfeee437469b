/**
 * Asking the bot: the question and its answer are kept, and what needs a person becomes a ticket in the
 * same transaction.
 *
 * @module
 */
import {
  type Database,
  inTransaction,
  isDuplicate,
  type Queryable,
  type Transaction,
} from '@bookshop/kit/database'
import { type Body, optionalReference, text } from '@bookshop/kit/input'
import { utcText } from '@bookshop/kit/instants'
import type { Caller } from '../caller.ts'
import { notFound } from '../errors.ts'
import type { Missing } from '../neighbours/missing.ts'
import type { Support } from '../support.ts'
import { insertTicket } from '../tickets/open.ts'
import { answerQuestion } from './answer.ts'

interface QuestionRow {
  readonly id: number
  readonly question: string
  readonly topic: string | null
  readonly answer: string | null
  readonly missing: string
  readonly ticket_id: number | null
}

export interface Asked {
  readonly row: QuestionRow
  readonly created: boolean
}

const columns = ['id', 'question', 'topic', 'answer', 'missing', 'ticket_id'] as const

export const showQuestion = (row: QuestionRow) => ({
  id: row.id,
  question: row.question,
  topic: row.topic,
  answer: row.answer,
  handed_over: row.ticket_id !== null,
  ticket_id: row.ticket_id,
  missing: row.missing === '' ? [] : row.missing.split(','),
})

const read = (
  queryable: Queryable,
  where: Readonly<Record<string, unknown>>,
): Promise<QuestionRow | undefined> =>
  queryable('bot_question')
    .where(where)
    .first<QuestionRow | undefined>(...columns)

const subjectLength = 80

/** The beginning of the question, on one line. */
function subjectOf(question: string): string {
  const line = question.replace(/\s+/g, ' ').trim()
  const characters = [...line]
  if (characters.length === 0) return 'A question'
  return characters.length <= subjectLength
    ? line
    : `${characters.slice(0, subjectLength - 1).join('')}…`
}

const openFor = (
  transaction: Transaction,
  caller: Caller,
  question: string,
  now: Date,
): Promise<number> =>
  insertTicket(
    transaction,
    {
      userId: caller.id,
      subject: subjectOf(question),
      words: question,
      urgent: false,
      reference: null,
      orderId: null,
      claimedOrderId: null,
      fromStaff: caller.isAgent,
    },
    now,
  )

const known = async (
  database: Database,
  userId: number,
  reference: string | null,
): Promise<QuestionRow | undefined> =>
  reference === null ? undefined : read(database, { user_id: userId, reference })

export async function ask(
  support: Support,
  caller: Caller,
  body: Body,
  missing: Missing,
): Promise<Asked> {
  const { database, orders, bot, now, timeZone, metrics } = support
  const question = text(body, 'question', 2000)
  const reference = optionalReference(body)
  const first = await known(database, caller.id, reference)
  if (first) return { row: first, created: false }
  const at = now()
  const asked = { text: question, userId: caller.id, at, timeZone }
  const reply = await answerQuestion(bot, orders, asked, missing)
  try {
    const row = await inTransaction(database, async (transaction) => {
      const ticketId = reply.handOver ? await openFor(transaction, caller, question, at) : null
      const fields = {
        question,
        topic: reply.topic,
        answer: reply.answer,
        missing: missing.names.join(','),
        ticket_id: ticketId,
      }
      const [id = 0] = await transaction('bot_question').insert({
        ...fields,
        user_id: caller.id,
        reference,
        created_at: utcText(at),
      })
      return { ...fields, id }
    })
    metrics.botQuestions.inc({ outcome: reply.handOver ? 'handed_over' : 'answered' })
    return { row, created: true }
  } catch (error) {
    const winner = isDuplicate(error) ? await known(database, caller.id, reference) : undefined
    if (winner) return { row: winner, created: false }
    throw error
  }
}

/** The answer did not help: the question becomes a ticket, the first time. */
export const handOverQuestion = (
  { database, now, metrics }: Support,
  caller: Caller,
  id: number,
): Promise<Asked> =>
  inTransaction(database, async (transaction) => {
    const own = { id, user_id: caller.id }
    await transaction('bot_question').where(own).forUpdate().first('id')
    const row = await read(transaction, own)
    if (row === undefined) throw notFound('question')
    if (row.ticket_id !== null) return { row, created: false }
    const ticketId = await openFor(transaction, caller, row.question, now())
    await transaction('bot_question').where({ id }).update({ ticket_id: ticketId })
    metrics.botQuestions.inc({ outcome: 'handed_over' })
    return { row: { ...row, ticket_id: ticketId }, created: true }
  })
