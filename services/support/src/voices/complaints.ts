/**
 * Complaints: words, and perhaps the order they are about.
 *
 * @module
 */

import { type Body, optionalReference, text } from '@bookshop/kit/input'
import { utcText } from '@bookshop/kit/instants'
import type { Caller } from '../caller.ts'
import { announce } from '../events.ts'
import type { Missing } from '../neighbours/missing.ts'
import { type Inserted, insertOnce } from '../repeat.ts'
import type { Support } from '../support.ts'
import { keepClaim, namedOrder } from '../tickets/order.ts'

export async function complain(
  { database, orders, now }: Support,
  caller: Caller,
  body: Body,
  missing: Missing,
): Promise<Inserted> {
  const words = text(body, 'body', 10_000)
  const reference = optionalReference(body)
  const { orderId, claimed } = await namedOrder(orders, caller, body, missing)
  return insertOnce(database, 'complaint', reference, caller.id, async (transaction) => {
    const [id = 0] = await transaction('complaint').insert({
      reference,
      user_id: caller.id,
      order_id: orderId,
      body: words,
      created_at: utcText(now()),
    })
    const key = { kind: 'complaint', id } as const
    await keepClaim(transaction, key, caller.id, claimed, now())
    await announce(transaction, 'ticket.opened', {
      ...key,
      userId: caller.id,
      ticketId: null,
      agentId: null,
      byId: caller.id,
      fromStaff: false,
    })
    return id
  })
}
