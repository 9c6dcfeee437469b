/**
 * Who works at the desk: everybody who has looked at it. Only they can be handed a case.
 *
 * @module
 */
import type { Database, Queryable } from '@bookshop/kit/database'
import { type ShowInstant, utcText } from '@bookshop/kit/instants'
import type { Caller } from '../caller.ts'

/** A minute: an agent's row is not written more often. */
const writtenForMs = 60_000

/** Notes that an agent is at the desk. */
export function agentBook(database: Database, now: () => Date) {
  const written = new Map<number, number>()
  return async ({ id, name }: Caller): Promise<void> => {
    const at = now()
    if (at.getTime() - (written.get(id) ?? Number.NEGATIVE_INFINITY) < writtenForMs) return
    const seen = { seen_at: utcText(at), ...(name === '' ? {} : { name }) }
    await database('agent')
      .insert({ user_id: id, name: `Agent ${id}`, ...seen })
      .onConflict()
      .merge(seen)
    written.set(id, at.getTime())
  }
}

export const isAgentKnown = async (queryable: Queryable, id: number): Promise<boolean> =>
  (await queryable('agent').where({ user_id: id }).first('user_id')) !== undefined

interface AgentRow {
  readonly id: number
  readonly name: string
  readonly cases: number
  readonly seen_at: string
}

export async function listAgents(database: Database, show: ShowInstant) {
  const rows: AgentRow[] = await database('agent as g')
    .leftJoin('assignment as a', (join) => {
      join.on('a.agent_id', 'g.user_id').onNull('a.closed_at')
    })
    .groupBy('g.user_id', 'g.name', 'g.seen_at')
    .orderBy(['g.name', 'g.user_id'])
    .select('g.user_id as id', 'g.name', 'g.seen_at')
    .count('a.case_id as cases')
  return rows.map(({ id, name, cases, seen_at }) => ({
    id,
    name,
    cases: Number(cases),
    seen: show(seen_at),
  }))
}
