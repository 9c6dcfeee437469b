/**
 * Answering a case. Complaints, returns and feedback have no place for an answer in the shop's tables,
 * so theirs is a ticket that the customer finds among their own.
 *
 * @module
 */
import type { Transaction } from '@bookshop/kit/database'
import { ApiError } from '@bookshop/kit/errors'
import { type Body, optionalReference, text } from '@bookshop/kit/input'
import { utcText } from '@bookshop/kit/instants'
import type { Caller } from '../caller.ts'
import { announce, type CaseKey } from '../events.ts'
import { type Inserted, insertOnce } from '../repeat.ts'
import type { Support } from '../support.ts'
import { insertMessage } from '../tickets/message.ts'
import { changeAssignment, lockAssignment } from './assignment.ts'
import type { CaseRow } from './cases.ts'
import { holdCase, mustBeFree, mustBeOpen } from './held.ts'
import { assign } from './take.ts'

interface Answer {
  readonly words: string
  readonly reference: string | null
}

const noCustomer = () =>
  new ApiError(409, 'no_customer', 'Nobody signed this; there is no one to answer')

const subjects = {
  query: 'Your question',
  complaint: 'Your complaint',
  return: 'Your return',
  feedback: 'Your feedback',
} as const

/** @returns the id of its first message */
async function openConversation(
  transaction: Transaction,
  key: CaseKey,
  row: CaseRow,
  caller: Caller,
  { words, reference }: Answer,
  now: Date,
): Promise<number> {
  if (row.user_id === null) throw noCustomer()
  const at = utcText(now)
  const [ticketId = 0] = await transaction('ticket').insert({
    user_id: row.user_id,
    order_id: row.order_id,
    subject: `${subjects[key.kind]} ${key.id}`,
    status: 'answered',
    created_at: at,
    updated_at: at,
  })
  const [messageId = 0] = await transaction('ticket_message').insert({
    ticket_id: ticketId,
    user_id: caller.id,
    reference,
    from_staff: true,
    body: words,
    created_at: at,
  })
  const conversation = { kind: 'query', id: ticketId } as const
  await lockAssignment(transaction, conversation, now)
  await changeAssignment(transaction, conversation, { agent_id: caller.id }, now)
  await changeAssignment(transaction, key, { conversation: ticketId }, now)
  await announce(transaction, 'ticket.answered', {
    ...key,
    userId: row.user_id,
    ticketId,
    agentId: caller.id,
    byId: caller.id,
    fromStaff: true,
  })
  return messageId
}

export function answerCase(
  { database, now }: Support,
  caller: Caller,
  key: CaseKey,
  body: Body,
): Promise<Inserted> {
  const answer = { words: text(body, 'body', 10_000), reference: optionalReference(body) }
  return insertOnce(
    database,
    'ticket_message',
    answer.reference,
    caller.id,
    async (transaction) => {
      const row = await holdCase(transaction, key, now())
      mustBeOpen(row)
      mustBeFree(row, caller)
      await assign(transaction, key, row, caller.id, caller.id, now())
      if (row.ticket_id === null || row.user_id === null) {
        return openConversation(transaction, key, row, caller, answer, now())
      }
      return insertMessage(
        transaction,
        {
          ticketId: row.ticket_id,
          customerId: row.user_id,
          byId: caller.id,
          fromStaff: true,
          ...answer,
        },
        now(),
      )
    },
  )
}
