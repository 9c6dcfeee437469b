/**
 * Tickets, complaints, returns and feedback as cases of one kind of list.
 *
 * The state of a query is its ticket's; the other kinds have none of their own in the old shop's
 * tables, so it follows from what was decided and whether they were answered.
 *
 * @module
 */
import type { Queryable } from '@bookshop/kit/database'
import type { ShowInstant } from '@bookshop/kit/instants'
import { notFound } from '../errors.ts'
import { type CaseKey, type Kind, kinds } from '../events.ts'

interface Source {
  readonly table: string
  /** SQL over the table as `t` and its assignment as `a`. */
  readonly state: string
  readonly subject: string
  readonly urgent: string
  readonly order: string
  readonly ticket: string
}

const answeredOrOpen = "IF(a.conversation IS NULL, 'open', 'answered')"
const excerpt = (column: string): string => `LEFT(${column}, 120)`

const sources: Readonly<Record<Kind, Source>> = {
  query: {
    table: 'ticket',
    state: 't.status',
    subject: 't.subject',
    urgent: 't.urgent',
    order: 't.order_id',
    ticket: 't.id',
  },
  complaint: {
    table: 'complaint',
    state: `IF(t.resolved = 1, 'closed', ${answeredOrOpen})`,
    subject: excerpt('t.body'),
    urgent: '0',
    order: 't.order_id',
    ticket: 'a.conversation',
  },
  return: {
    table: 'return_request',
    state: `IF(t.status IN ('refused', 'refunded'), 'closed', ${answeredOrOpen})`,
    subject: excerpt('t.reason'),
    urgent: '0',
    order: 't.order_id',
    ticket: 'a.conversation',
  },
  feedback: {
    table: 'feedback',
    state: `IF(a.closed_at IS NOT NULL, 'closed', ${answeredOrOpen})`,
    subject: `COALESCE(${excerpt('t.body')}, CONCAT(t.rating, ' of 5'))`,
    urgent: '0',
    order: 'NULL',
    ticket: 'a.conversation',
  },
}

export type State = 'open' | 'answered' | 'closed'

export interface CaseRow {
  readonly id: number
  readonly ticket_id: number | null
  readonly user_id: number | null
  readonly order_id: number | null
  readonly subject: string
  readonly state: State
  readonly urgent: number
  readonly agent_id: number | null
  readonly agent_name: string | null
  readonly created_at: string
}

function casesOf(queryable: Queryable, kind: Kind) {
  const { table, state, subject, urgent, order, ticket } = sources[kind]
  return queryable(`${table} as t`)
    .leftJoin('assignment as a', (join) => {
      join.on('a.case_id', 't.id').andOnVal('a.kind', kind)
    })
    .leftJoin('agent as g', 'g.user_id', 'a.agent_id')
    .select(
      't.id',
      't.user_id',
      't.created_at',
      'a.agent_id',
      'g.name as agent_name',
      queryable.raw(`${ticket} AS ticket_id`),
      queryable.raw(`${order} AS order_id`),
      queryable.raw(`${subject} AS subject`),
      queryable.raw(`${state} AS state`),
      queryable.raw(`${urgent} AS urgent`),
    )
}

export function readKey(kind: string, id: number): CaseKey {
  const known = kinds.find((one) => one === kind)
  if (known === undefined) throw notFound('case')
  return { kind: known, id }
}

export async function findCase(queryable: Queryable, { kind, id }: CaseKey): Promise<CaseRow> {
  const row: CaseRow | undefined = await casesOf(queryable, kind).where('t.id', id).first()
  if (row === undefined) throw notFound('case')
  return row
}

export interface CaseQuery {
  readonly kind: Kind
  readonly state: State | null
  /** An agent's id, `none` for the queue, null for all. */
  readonly agent: number | 'none' | null
  readonly before: number | null
  readonly limit: number
}

/** Newest first, by id. */
export async function listCases(
  queryable: Queryable,
  { kind, state, agent, before, limit }: CaseQuery,
): Promise<readonly CaseRow[]> {
  const list = casesOf(queryable, kind).orderBy('t.id', 'desc').limit(limit)
  if (before !== null) list.where('t.id', '<', before)
  if (state !== null) list.whereRaw(`${sources[kind].state} = ?`, [state])
  if (agent === 'none') list.whereNull('a.agent_id')
  if (typeof agent === 'number') list.where('a.agent_id', agent)
  const rows: CaseRow[] = await list
  return rows
}

export const showCase = (kind: Kind, row: CaseRow, show: ShowInstant) => ({
  kind,
  id: row.id,
  ticket_id: row.ticket_id,
  user_id: row.user_id,
  order_id: row.order_id,
  subject: row.subject,
  state: row.state,
  urgent: Number(row.urgent) === 1,
  agent:
    row.agent_id === null
      ? null
      : { id: row.agent_id, name: row.agent_name ?? `Agent ${row.agent_id}` },
  created: show(row.created_at),
})
