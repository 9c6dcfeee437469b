/**
 * Which transactions wrote a domain's tables and others too. After a transfer the fence refuses such
 * a transaction as a whole, so whoever runs it would get an error where there was none before.
 *
 * Pure.
 *
 * @module
 */
import { applierServerId, toolkitSchema } from '@matapalo/cdc/names'
import type { LoggedTransaction } from '@matapalo/cdc/shapes'
import type { Manifest, Side } from '@matapalo/core'
import type { Spanning } from '../ledger/watch.ts'
import { schemaOf, tablesOf } from '../live/stores.ts'

/** A statement without its values: texts, numbers and bytes become `?`. */
export const withoutValues = (sql: string): string =>
  sql
    .replace(/'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*"/gs, '?')
    .replace(/\b0x[0-9a-f]+\b|\b\d+(?:\.\d+)?\b/gi, '?')
    .replace(/\s+/g, ' ')
    .slice(0, 500)

export const ownedBy = (manifest: Manifest, side: Side): ReadonlySet<string> => {
  const schema = schemaOf(manifest, side)
  return new Set(tablesOf(manifest, side).map((table) => `${schema}.${table}`))
}

const isOurs = (table: string): boolean => table.startsWith(`${toolkitSchema}.`)

/** What the owner's application wrote into a domain's tables together with any others. */
export function spanningOf(
  transactions: readonly LoggedTransaction[],
  manifest: Manifest,
  side: Side,
): readonly Spanning[] {
  const owned = ownedBy(manifest, side)
  const found = new Map<string, Spanning>()
  for (const { serverId, tables, statements } of transactions) {
    if (serverId === applierServerId) continue
    const written = tables.filter((table) => !isOurs(table)).sort()
    const first = tables.find((table) => owned.has(table))
    if (first === undefined || written.every((table) => owned.has(table))) continue
    const key = written.join(' ')
    found.set(key, {
      tables: written,
      statement: withoutValues(statements[first] ?? '') || null,
      seen: (found.get(key)?.seen ?? 0) + 1,
    })
  }
  return [...found.values()]
}
