/**
 * What is known of the old tables' and routes' last use at the monolith, before anything of them is
 * taken away. What cannot be known is `unknown`, never `none`.
 *
 * @module
 */
import { toolkitTable } from '@matapalo/cdc/names'
import { readRefusals } from '@matapalo/cdc/refusals'
import { hasTables } from '@matapalo/core'
import type { Control } from '../control.ts'
import { isoTime } from '../ledger/json.ts'
import { readSpanning } from '../ledger/watch.ts'
import { schemaOf, tablesOf } from '../live/stores.ts'
import { withoutValues } from '../watch/spanning.ts'
import { lastJoin, lastRead, type Seen } from './digests.ts'
import { digestsSince } from './statements.ts'

export interface Evidence {
  readonly what: 'route' | 'direct' | 'write' | 'tried' | 'read' | 'job' | 'join' | 'spanning'
  /** The route, table or job it is of. */
  readonly subject: string
  readonly verdict: 'none' | 'seen' | 'unknown'
  /** ISO 8601: nothing earlier was looked at. */
  readonly since: string
  /** ISO 8601, the last time; null: none, or not known. */
  readonly at: string | null
  /** By whom, or what keeps it from being known. */
  readonly by: string | null
}

/** At most so many refusals are looked through. */
const refusalsAtMost = 1000

const ofSeen = (what: Evidence['what'], subject: string, since: string, seen: Seen): Evidence => ({
  what,
  subject,
  since,
  verdict: seen.verdict,
  at: seen.at,
  by: seen.statement === null ? seen.why : withoutValues(seen.statement),
})

/** Edges send a route nowhere but to its owner once they have acknowledged the table that says so. */
async function routes(control: Control, name: string, since: string): Promise<readonly Evidence[]> {
  const { manifest } = await control.domain(name)
  await control.hub.refresh()
  const epoch = control.hub.table?.epoch ?? 0
  const lacking = control.hub.lacking({ epoch, drained: false })
  const known = control.hub.connected.size > 0 && lacking.length === 0
  const by = known
    ? `all ${control.hub.connected.size} edge(s) have sent it to the service since`
    : lacking.length > 0
      ? `edge ${lacking.join(', ')} has not acknowledged epoch ${epoch}`
      : 'no edge is connected'
  const ids = [...new Set(manifest.routes.map(({ id }) => id))]
  return [
    ...ids.map(
      (id): Evidence => ({
        what: 'route',
        subject: id,
        verdict: known ? 'none' : 'unknown',
        since,
        // Until then the edges sent it there.
        at: known ? since : null,
        by,
      }),
    ),
    {
      what: 'direct',
      subject: 'requests past the edges',
      verdict: 'unknown',
      since,
      at: null,
      by: "the monolith's own access log knows",
    },
  ]
}

async function writes(control: Control, name: string, since: string): Promise<readonly Evidence[]> {
  const { stores, feeds } = control
  const { manifest } = await control.domain(name)
  const tables = tablesOf(manifest, 'monolith')
  const [rogue, refusals, spanning, connector] = await Promise.all([
    stores.service.query(
      `SELECT table_name, op, query, at FROM ${toolkitTable('rogue_write')}
       WHERE domain = ? AND direction = 'forward' AND at >= ? ORDER BY id DESC`,
      [name, since.slice(0, 23).replace('T', ' ')],
    ),
    readRefusals(stores.monolith, name, refusalsAtMost),
    readSpanning(control.ledger, name, 'monolith'),
    feeds.status('monolith').catch(() => null),
  ])
  const [consumer] = await stores.monolith
    .query(
      "SELECT ENABLED FROM performance_schema.setup_consumers WHERE NAME = 'events_statements_history_long'",
    )
    .catch(() => [])
  const watched = connector?.state === 'RUNNING'
  const visible = consumer?.ENABLED === 'YES'
  const tried = refusals
    .map((one) => ({ ...one, at: isoTime(one.at) ?? '' }))
    .filter(({ at }) => at >= since)
  const tryOf = (what: 'tried' | 'job', subject: string, of: typeof tried): Evidence => ({
    what,
    subject,
    since,
    verdict: of.length > 0 ? 'seen' : visible ? 'none' : 'unknown',
    at: of[0]?.at ?? null,
    by:
      of[0] === undefined
        ? visible
          ? null
          : 'statement statistics are off'
        : `${of[0].account ?? 'a session that has ended'}: ${withoutValues(of[0].statement ?? of[0].op ?? 'a write')}`,
  })
  return [
    ...tables.map((table): Evidence => {
      const last = rogue.find((row) => String(row.table_name).split('.').at(-1) === table)
      return {
        what: 'write',
        subject: table,
        since,
        verdict: last !== undefined ? 'seen' : watched ? 'none' : 'unknown',
        at: isoTime(last?.at),
        by:
          last !== undefined
            ? withoutValues(String(last.query ?? last.op))
            : watched
              ? 'fenced, and the change feed shows no other'
              : 'its change feed does not run',
      }
    }),
    ...tables.map((table) =>
      tryOf(
        'tried',
        table,
        tried.filter((one) => one.table === table),
      ),
    ),
    ...Object.entries(manifest.jobs).map(([job, { account }]) =>
      account === null
        ? {
            ...tryOf('job', job, []),
            verdict: 'unknown' as const,
            by: "it writes under the application's account",
          }
        : tryOf(
            'job',
            job,
            tried.filter((one) => one.account?.split('@')[0] === account),
          ),
    ),
    ...spanning.map(
      ({ tables: together, statement, seen }): Evidence => ({
        what: 'spanning',
        subject: together.join(', '),
        since,
        verdict: 'seen',
        at: null,
        by: `${seen} transaction(s) before the switch${statement === null ? '' : `, last: ${statement}`}`,
      }),
    ),
  ]
}

async function reads(control: Control, name: string, since: string): Promise<readonly Evidence[]> {
  const { manifest } = await control.domain(name)
  const db = control.stores.monolith
  const tables = tablesOf(manifest, 'monolith')
  const [log, all] = await Promise.all([
    digestsSince(db, since),
    db.query(
      "SELECT TABLE_NAME AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA = ? AND TABLE_TYPE = 'BASE TABLE'",
      [schemaOf(manifest, 'monolith')],
    ),
  ])
  const foreign = all.map((row) => String(row.name)).filter((table) => !tables.includes(table))
  return [
    ...tables.map((table) => ofSeen('read', table, log.since, lastRead(log, table))),
    ofSeen('join', name, log.since, lastJoin(log, tables, foreign)),
  ]
}

/** @param since ISO 8601: the switch, or the moment the tables were renamed */
export async function collectEvidence(
  control: Control,
  name: string,
  since: string,
): Promise<readonly Evidence[]> {
  const { manifest } = await control.domain(name)
  if (!hasTables(manifest)) return routes(control, name, since)
  const parts = await Promise.all([
    routes(control, name, since),
    writes(control, name, since),
    reads(control, name, since),
  ])
  return parts.flat()
}
