/**
 * What this service tells others, through the outbox: topic `shop.ticket`, keyed by the case.
 *
 * @module
 */
import type { Transaction } from '@bookshop/kit/database'
import { emit } from '@bookshop/kit/outbox'

export const kinds = ['query', 'complaint', 'return', 'feedback'] as const
export type Kind = (typeof kinds)[number]

/** One case of the desk. */
export interface CaseKey {
  readonly kind: Kind
  readonly id: number
}

export type TicketEventType =
  | 'ticket.opened'
  | 'ticket.answered'
  | 'ticket.assigned'
  | 'ticket.closed'

/** See asyncapi.yaml. Words of people are not in it: who is told may look. */
export interface TicketEvent extends CaseKey {
  /** Null: feedback that nobody signed. */
  readonly userId: number | null
  /** Where the case is answered; null while it is not. */
  readonly ticketId: number | null
  /** Whose case it is now; null: the queue's. */
  readonly agentId: number | null
  /** Who did it; they need no mail about it. */
  readonly byId: number
  /** `ticket.answered`: an agent wrote, not the customer. */
  readonly fromStaff: boolean
  /** Of a return: what was decided. */
  readonly outcome?: 'accepted' | 'refused' | 'refunded'
}

export const keyText = ({ kind, id }: CaseKey): string => `${kind}:${id}`

export function announce(
  transaction: Transaction,
  type: TicketEventType,
  event: TicketEvent,
): Promise<string> {
  return emit(transaction, {
    aggregateType: 'ticket',
    aggregateId: keyText(event),
    type,
    payload: {
      kind: event.kind,
      id: event.id,
      user_id: event.userId,
      ticket_id: event.ticketId,
      agent_id: event.agentId,
      by_id: event.byId,
      from_staff: event.fromStaff,
      outcome: event.outcome ?? null,
    },
  })
}
