/**
 * Who else writes a domain's tables? Three witnesses, each blind where another sees: the binary log
 * shows every transaction but no account, the server's counters every account but no table, and the
 * fence's refusals both, once it has been closed.
 *
 * Pure.
 *
 * @module
 */
import type { Refusal } from '@matapalo/cdc/refusals'
import { type Grant, may } from '@matapalo/cdc/shapes'
import type { Manifest, Side } from '@matapalo/core'
import type { Spanning } from '../ledger/watch.ts'
import { schemaOf, tablesOf } from '../live/stores.ts'
import { ownedBy, withoutValues } from './spanning.ts'

const writing = ['INSERT', 'UPDATE', 'DELETE']

/** True when a declared job writes just these tables, given as `schema.table`. */
const isJobs = (manifest: Manifest, side: Side, tables: readonly string[]): boolean => {
  const schema = schemaOf(manifest, side)
  const owned = ownedBy(manifest, side)
  return Object.values(manifest.jobs).some(({ tables: declared }) =>
    tables.every((table) =>
      declared === null
        ? owned.has(table)
        : declared.includes(table) || declared.some((one) => `${schema}.${one}` === table),
    ),
  )
}

const statementOf = (statement: string | null): string =>
  statement === null ? 'the server keeps no statement' : withoutValues(statement).slice(0, 120)

/**
 * The first kind of transaction that the fence would refuse after a transfer of the group.
 *
 * On the service's side only the tables of other domains count: what else a service keeps is its own
 * and stays with it.
 */
export function spanningLine(
  manifest: Manifest,
  side: Side,
  group: readonly Manifest[],
  others: readonly Manifest[],
  seen: readonly Spanning[],
): string | null {
  const moving = new Set(group.flatMap((one) => [...ownedBy(one, side)]))
  const elsewhere = new Map(
    others.flatMap((one) => [...ownedBy(one, side)].map((table) => [table, one.domain] as const)),
  )
  for (const { tables, statement, seen: times } of seen) {
    const staying = tables.filter(
      (table) => !moving.has(table) && (side === 'monolith' || elsewhere.has(table)),
    )
    const first = staying[0]
    if (first === undefined || isJobs(manifest, side, tables)) continue
    const domains = [...new Set(staying.flatMap((table) => elsewhere.get(table) ?? []))]
    const remedy =
      domains.length > 0
        ? `move ${domains.join(', ')} in the same transfer, or decouple them`
        : 'let the application write them apart, or declare the writer under `jobs:` with its `tables:`'
    const written = tables.filter((table) => moving.has(table)).join(', ')
    return (
      `${times} transaction(s) wrote ${written} together with ${staying.join(', ')}, and would be refused ` +
      `after the switch; last: ${statementOf(statement)}; ${remedy}, then run: matapalo prepare ${manifest.domain}`
    )
  }
  return null
}

/** Accounts that may write owned tables, and have written something, while nobody declared them. */
export function accountLine(
  manifest: Manifest,
  side: Side,
  grants: readonly Grant[],
  toolkit: readonly string[],
  before: Readonly<Record<string, number>>,
  now: Readonly<Record<string, number>>,
): string | null {
  const schema = schemaOf(manifest, side)
  const application = side === 'monolith' ? manifest.accounts.source : manifest.accounts.target
  const declared = Object.values(manifest.jobs).flatMap(({ account }) => account ?? [])
  const known = new Set([...toolkit, ...declared, application])
  for (const [account, total] of Object.entries(now)) {
    const was = before[account] ?? 0
    // Less than before: the server was restarted, and its counters with it.
    const rows = total >= was ? total - was : total
    if (rows === 0 || known.has(account)) continue
    const table = tablesOf(manifest, side).find((one) =>
      writing.some((privilege) => may(grants, account, privilege, schema, one)),
    )
    if (table === undefined) continue
    return (
      `account ${account} may write ${schema}.${table} and has written ${rows} row(s) on that server, ` +
      `where exactly is unknown; take the right from it, or declare it under \`jobs:\` with its \`account:\`, ` +
      `then run: matapalo prepare ${manifest.domain}`
    )
  }
  return null
}

/** What the fence has refused at this side, and nobody declared. */
export function refusalLine(
  manifest: Manifest,
  side: Side,
  refusals: readonly Refusal[],
): string | null {
  const schema = schemaOf(manifest, side)
  const foreign = refusals.filter(({ table }) => !isJobs(manifest, side, [`${schema}.${table}`]))
  const last = foreign[0]
  if (last === undefined) return null
  return (
    `${foreign.length} write(s) were refused while the ${side} was fenced, last at ${last.at} UTC: ` +
    `${last.op ?? 'a write'} on ${last.table} by ${last.account ?? 'a session that has ended'} ` +
    `(${statementOf(last.statement)}); stop it, or declare it under \`jobs:\`, then run: matapalo prepare ${manifest.domain}`
  )
}
