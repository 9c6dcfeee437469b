/**
 * What stands in the way of the next act of a domain's end, one line each.
 *
 * @module
 */
import { conductorAccount, quoteName } from '@matapalo/cdc/names'
import { loadForeignKeys, loadGrants, may } from '@matapalo/cdc/shapes'
import { dropForeignKey, hasTables, type Manifest } from '@matapalo/core'
import type { Control } from '../control.ts'
import type { Decommission } from '../ledger/decommissions.ts'
import type { Domain } from '../ledger/domains.ts'
import type { Transfer } from '../ledger/transfers.ts'
import type { Evidence } from './evidence.ts'

export interface Condition {
  readonly name: 'phase' | 'reverseWindow' | 'readers' | 'grants' | 'foreignKeys'
  readonly line: string
}

/** A person may know better; what protects rows is none of these. */
export const waivable: readonly string[] = ['reverseWindow', 'readers']

export interface Wanted {
  readonly act: 'rename' | 'drop'
  readonly view: boolean
}

export interface Known {
  readonly domain: Domain
  readonly manifest: Manifest
  readonly state: Decommission | null
  /** The cutover that made the service its owner. */
  readonly cutover: Transfer | null
  readonly evidence: readonly Evidence[]
}

const phase = ({ domain, state }: Known, { act }: Wanted): string | null => {
  const under = state?.state
  if (act === 'drop') {
    if (under === 'renamed' || under === 'dropping') return null
    return `its old tables are not renamed yet; run: matapalo decommission ${domain.name} --yes`
  }
  if (under === 'dropping' || under === 'dropped' || domain.phase === 'decommissioned')
    return 'it is decommissioned already'
  if (under === 'undoing')
    return `an undo has begun; run: matapalo decommission ${domain.name} --undo`
  if (domain.transferId !== null) return `transfer ${domain.transferId} is running`
  if (domain.frozen !== null && under !== 'renaming' && under !== 'renamed')
    return `it is frozen: ${domain.frozen}`
  if (domain.owner !== 'service' || domain.phase !== 'service')
    return `its owner is ${domain.owner} in phase ${domain.phase}; it must be the service's first`
  return null
}

function reverseWindow({ manifest, cutover }: Known): string | null {
  const until = Date.parse(cutover?.finishedAt ?? '') + manifest.budgets.reverseWindowMs
  if (Number.isNaN(until)) return 'its cutover is not known'
  if (until <= Date.now()) return null
  return `its reverse window ends at ${new Date(until).toISOString()}`
}

function readers({ evidence, domain }: Known, { act, view }: Wanted): string | null {
  const reader = evidence.find(({ what, verdict }) => what === 'read' && verdict === 'seen')
  if (reader === undefined || (act === 'rename' && view)) return null
  const remedy = act === 'rename' ? `stop it, or leave a view: --view` : 'stop it first'
  return `${reader.subject} was read at ${reader.at} (${reader.by?.slice(0, 120)}); ${remedy}; run: matapalo decommission ${domain.name}`
}

async function grants(control: Control, { manifest }: Known, { view }: Wanted) {
  const schema = manifest.schemas.source
  const held = await loadGrants(control.stores.monolith, [schema])
  const wanted = ['ALTER', 'CREATE', 'DROP', ...(view ? ['CREATE VIEW'] : [])]
  const lacking = wanted.filter((one) => !may(held, conductorAccount, one, schema, null))
  if (lacking.length === 0) return null
  return `${conductorAccount} lacks ${lacking.join(', ')} on ${schema}; run there, and take it back afterwards: GRANT ${lacking.join(', ')} ON ${quoteName(schema)}.* TO '${conductorAccount}'@'%';`
}

/** Whoever points at the old rows would keep them from being dropped. */
async function foreignKeys(control: Control, { manifest, state }: Known): Promise<string | null> {
  const schema = manifest.schemas.source
  const ours = new Set(Object.values(state?.names ?? {}))
  const keys = await loadForeignKeys(control.stores.monolith, schema)
  const from = keys.filter((key) => ours.has(key.referencedTable) && !ours.has(key.table))
  if (from.length === 0) return null
  return `${from.map(({ table, constraint }) => `${table} (${constraint})`).join(', ')} still point(s) at its old rows; run: ${from.map(dropForeignKey).join(' ')}`
}

export async function conditions(
  control: Control,
  known: Known,
  wanted: Wanted,
): Promise<readonly Condition[]> {
  const lines: (readonly [Condition['name'], string | null])[] = [
    ['phase', phase(known, wanted)],
    ['reverseWindow', reverseWindow(known)],
  ]
  if (hasTables(known.manifest)) {
    lines.push(['readers', readers(known, wanted)])
    lines.push(['grants', await grants(control, known, wanted)])
    if (wanted.act === 'drop') lines.push(['foreignKeys', await foreignKeys(control, known)])
  }
  return lines.flatMap(([name, line]) =>
    line === null ? [] : [{ name, line: `${known.domain.name}: ${line}` }],
  )
}
