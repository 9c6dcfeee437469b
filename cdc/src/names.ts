/**
 * How the toolkit's own tables and accounts are called, and how a name is quoted. Identifiers come
 * from manifests, which core has checked; quoting is the second line of defence.
 *
 * @module
 */
import type { Direction, Side } from '@matapalo/core'

export const toolkitSchema = 'matapalo'

/** The account that changes are applied under: the fence lets it pass while it is closed. */
export const applierAccount = 'matapalo_applier'
/** The account of the control plane: owns the triggers, moves the fences. */
export const conductorAccount = 'matapalo_conductor'
/** `server_id` of sessions whose rows are echoes, on either server. */
export const applierServerId = 4242
/**
 * Marks a session's writes as ours. The replication domain must differ too: Debezium remembers the
 * last GTID of each domain only, and compares by domain *and* server. With two servers in one domain
 * it finds, at its next start, its whole schema history to be later than its offset, and dies.
 */
export const originSettings: readonly string[] = [
  `SET SESSION server_id = ${applierServerId}`,
  `SET SESSION gtid_domain_id = ${applierServerId}`,
]

/** `` `a` `` with back-ticks doubled. */
export const quoteName = (name: string): string => `\`${name.replaceAll('`', '``')}\``

export const quoteTable = (schema: string, table: string): string =>
  `${quoteName(schema)}.${quoteName(table)}`

/** A literal for statements that take no parameters (triggers, grants). */
export const quoteText = (text: string): string =>
  `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`

export const fenceTable = (domain: string): string => quoteTable(toolkitSchema, `fence_${domain}`)
export const markerTable = (domain: string): string => quoteTable(toolkitSchema, `marker_${domain}`)
export const toolkitTable = (name: string): string => quoteTable(toolkitSchema, name)

/** The topic that carries a domain's changes from one side. */
export const domainTopic = (side: Side, domain: string): string => `matapalo.${side}.${domain}`

export const feedName = (domain: string, direction: Direction): string => `${domain}/${direction}`
