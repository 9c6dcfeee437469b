/**
 * Who is told what about an event. Mails name the case and never repeat what was written: whoever may
 * read it, reads it in the shop.
 *
 * Pure.
 *
 * @module
 */
import { type Kind, kinds } from '../events.ts'

export type Audience = 'customer' | 'agent' | 'desk'

export interface Notice {
  readonly audience: Audience
  /** Null: the desk's own mailbox. */
  readonly userId: number | null
  readonly subject: string
  readonly body: string
}

/** The payload of a `ticket.…` event; see asyncapi.yaml. */
export interface TicketPayload {
  readonly kind: Kind
  readonly id: number
  readonly userId: number | null
  readonly ticketId: number | null
  readonly agentId: number | null
  readonly byId: number
  readonly fromStaff: boolean
  readonly outcome: string | null
}

const isNumberOrNull = (value: unknown): value is number | null =>
  value === null || typeof value === 'number'

/** Null: not the payload of a ticket event. */
export function readPayload(payload: Readonly<Record<string, unknown>>): TicketPayload | null {
  const { id, user_id, ticket_id, agent_id, by_id, from_staff, outcome = null } = payload
  const kind = kinds.find((one) => one === payload.kind)
  const isReadable =
    kind !== undefined &&
    typeof id === 'number' &&
    isNumberOrNull(user_id) &&
    isNumberOrNull(ticket_id) &&
    isNumberOrNull(agent_id) &&
    typeof by_id === 'number' &&
    typeof from_staff === 'boolean' &&
    (outcome === null || typeof outcome === 'string')
  if (!isReadable) return null
  return {
    kind,
    id,
    userId: user_id,
    ticketId: ticket_id,
    agentId: agent_id,
    byId: by_id,
    fromStaff: from_staff,
    outcome,
  }
}

const names = {
  query: 'question',
  complaint: 'complaint',
  return: 'return',
  feedback: 'feedback',
} as const

const nameOf = ({ kind, id }: TicketPayload): string => `${names[kind]} ${id}`

const placeOf = ({ ticketId }: TicketPayload): string =>
  ticketId === null ? 'You find it under Support.' : `You find it under /support/${ticketId}.`

const toCustomer = (event: TicketPayload, subject: string, body: string): readonly Notice[] =>
  event.userId === null
    ? []
    : [
        {
          audience: 'customer',
          userId: event.userId,
          subject,
          body: `${body}\n${placeOf(event)}\n\nThe Bookshop`,
        },
      ]

const deskPlace = ({ kind, id }: TicketPayload): string =>
  `It is case ${kind} ${id} at the desk: /desk/${kind}/${id}`

/** The agent who has the case, or the desk; never somebody about their own doing. */
function toDesk(event: TicketPayload, subject: string): readonly Notice[] {
  const { agentId, byId } = event
  if (agentId === byId) return []
  const body = deskPlace(event)
  return agentId === null
    ? [{ audience: 'desk', userId: null, subject, body }]
    : [{ audience: 'agent', userId: agentId, subject, body }]
}

function answered(event: TicketPayload): readonly Notice[] {
  const name = nameOf(event)
  if (!event.fromStaff) return toDesk(event, `The customer wrote again: ${name}`)
  if (event.outcome !== null) {
    return toCustomer(event, `Your ${name} was ${event.outcome}`, `Your ${name} was decided.`)
  }
  return toCustomer(event, `There is an answer to your ${name}`, `We have answered your ${name}.`)
}

function closed(event: TicketPayload): readonly Notice[] {
  const name = nameOf(event)
  const how = event.outcome === null ? 'closed' : event.outcome
  return toCustomer(event, `Your ${name} was ${how}`, `Your ${name} is closed.`)
}

/** Empty for an event of another type. */
export function noticesFor(type: string, event: TicketPayload): readonly Notice[] {
  const name = nameOf(event)
  switch (type) {
    case 'ticket.opened':
      return [
        ...toCustomer(event, `We have your ${name}`, `Thank you. We look at your ${name} soon.`),
        ...toDesk({ ...event, agentId: null }, `New: ${name}`),
      ]
    case 'ticket.answered':
      return answered(event)
    case 'ticket.assigned':
      return toDesk(
        event,
        event.agentId === null ? `Back in the queue: ${name}` : `Handed to you: ${name}`,
      )
    case 'ticket.closed':
      return closed(event)
    default:
      return []
  }
}
