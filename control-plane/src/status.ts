/** One JSON with all that is known about a domain. */
import { readApplierState } from '@matapalo/cdc/applierState'
import { readFence } from '@matapalo/cdc/fence'
import { toolkitTable } from '@matapalo/cdc/names'
import { countRefusals, readRefusals } from '@matapalo/cdc/refusals'
import {
  type Direction,
  directionFrom,
  isOpen,
  type Side,
  sourceOf,
  type TransferKind,
} from '@matapalo/core'
import type { Control } from './control.ts'
import { troubleOf } from './feed/look.ts'
import { storedProblems } from './ledger/catalogue.ts'
import { readDecommission } from './ledger/decommissions.ts'
import type { Domain } from './ledger/domains.ts'
import { readEdges } from './ledger/edges.ts'
import { isoTime } from './ledger/json.ts'
import { readRevocations } from './ledger/revocations.ts'
import { readTransfers } from './ledger/transfers.ts'
import { lastVerification } from './ledger/verifications.ts'
import { targetDb } from './live/stores.ts'
import { checkGates } from './preconditions/index.ts'
import { problemLine } from './preflight.ts'
import { openEntries, settledEntries } from './quarantine.ts'
import { transferReport } from './report.ts'

/** A part that cannot be asked is null in the answer; the others are still told. */
const orNull = <T>(work: Promise<T>): Promise<T | null> => work.catch(() => null)

const directions: readonly Direction[] = ['forward', 'reverse']
const sides: readonly Side[] = ['monolith', 'service']

async function feedStatus(control: Control, domain: Domain, direction: Direction) {
  const { name } = domain
  const target = targetDb(control.stores, direction)
  const [connector, applier, lagMs, trouble] = await Promise.all([
    orNull(control.feeds.status(sourceOf(direction))),
    orNull(readApplierState(target, name, direction)),
    orNull(control.lag.lagMs(name, direction)),
    domain.phase === 'decommissioned' ? null : orNull(troubleOf(control, domain, direction)),
  ])
  return { direction, connector, applier, lagMs, trouble }
}

async function rogueOf(control: Control, name: string, side: Side) {
  const rows = await control.stores[side].query(
    `SELECT direction, table_name, op, query, at FROM ${toolkitTable('rogue_write')}
     WHERE domain = ? ORDER BY id DESC LIMIT 20`,
    [name],
  )
  return rows.map((row) => ({
    direction: row.direction,
    table: row.table_name,
    op: row.op,
    statement: row.query,
    at: isoTime(row.at),
  }))
}

const kindFrom = (owner: Side): TransferKind => (owner === 'monolith' ? 'cutover' : 'rollback')

/** How far a backfill has come: one row of the ledger, for who asks every second. */
export const backfillView = ({ backfill, backfillDetail }: Domain) => {
  const { progress, ...detail } = (backfillDetail ?? {}) as Record<string, unknown>
  return { state: backfill, ...(progress as object | undefined), ...detail }
}

export async function domainStatus(control: Control, name: string) {
  const { ledger, stores, hub } = control
  const { domain, manifest } = await control.domain(name)
  const kind = kindFrom(domain.owner)
  const onBothSides = <T>(ask: (side: Side) => Promise<T>) =>
    Promise.all(sides.map((side) => orNull(ask(side))))
  const [
    feeds,
    fences,
    quarantine,
    settled,
    rogue,
    refusals,
    refused,
    edges,
    transfers,
    verification,
    gates,
    revocations,
    ending,
    problems,
  ] = await Promise.all([
    Promise.all(directions.map((direction) => feedStatus(control, domain, direction))),
    onBothSides((side) => readFence(stores[side], name)),
    onBothSides((side) => openEntries(stores[side], name)),
    onBothSides((side) => settledEntries(stores[side], name)),
    onBothSides((side) => rogueOf(control, name, side)),
    onBothSides((side) => readRefusals(stores[side], name, 20)),
    onBothSides((side) => countRefusals(stores[side], name)),
    readEdges(ledger),
    readTransfers(ledger, { domain: name }, 1),
    lastVerification(ledger, name, directionFrom(domain.owner)),
    domain.phase === 'decommissioned' ? [] : checkGates(control, kind, [name]),
    readRevocations(ledger, name),
    readDecommission(ledger, name),
    storedProblems(ledger, name).then((found) => found.map(problemLine)),
  ])
  const whyNot = gates.filter(isOpen)
  const transfer = transfers[0]
  return {
    domain: name,
    phase: domain.phase,
    owner: domain.owner,
    term: domain.term,
    ownerTerm: domain.ownerTerm,
    hold: domain.hold,
    prepared: domain.prepared,
    frozen: domain.frozen,
    manifest: { file: manifest.file, version: domain.manifestVersion, problems },
    feeds,
    lagMs: feeds.find(({ direction }) => direction === directionFrom(domain.owner))?.lagMs ?? null,
    fences: { monolith: fences[0] ?? null, service: fences[1] ?? null },
    backfill: backfillView(domain),
    quarantine: quarantine.flatMap((rows) => rows ?? []),
    settledQuarantine: settled.flatMap((rows) => rows ?? []),
    rogueWrites: rogue.flatMap((rows) => rows ?? []),
    refusedWrites: refused.reduce<number>((sum, count) => sum + (count ?? 0), 0),
    refusals: refusals.flatMap((rows, at) =>
      (rows ?? []).map((refusal) => ({ side: sides[at], ...refusal })),
    ),
    // `wider`: accounts whose grant on the whole schema cannot be taken table by table.
    privileges: revocations.map(({ side, state, privileges: { taken, wider } }) => ({
      side,
      state,
      tables: taken.map(({ grantee, table }) => `${table} of ${grantee}`),
      wider,
    })),
    verification,
    edges: edges.map((edge) => ({ ...edge, connected: hub.connected.has(edge.id) })),
    epoch: hub.table?.epoch ?? null,
    decommission:
      ending === null ? null : { state: ending.state, since: ending.since, names: ending.names },
    transfer: transfer === undefined ? null : transferReport(transfer),
    whyNot: whyNot.map(({ line }) => line),
    next:
      domain.phase === 'decommissioned'
        ? 'matapalo retire monolith'
        : nextCommand(name, domain.backfill, domain.prepared, kind, whyNot),
  }
}

export type DomainStatus = Awaited<ReturnType<typeof domainStatus>>

export function nextCommand(
  name: string,
  backfill: string,
  prepared: boolean,
  kind: TransferKind,
  whyNot: readonly { readonly gate: string; readonly verdict: string }[],
): string {
  if (!prepared) return `matapalo prepare ${name}`
  if (backfill === 'none') return `matapalo backfill ${name} --wait`
  if (backfill === 'paused') return `matapalo backfill ${name} resume`
  if (backfill === 'running') return `matapalo status ${name} --watch`
  if (whyNot.some(({ gate }) => gate === 'verification')) return `matapalo verify ${name}`
  const unconfigured = whyNot.filter(({ verdict }) => verdict === 'not configured')
  if (unconfigured.length < whyNot.length) return `matapalo explain ${name}`
  const without = unconfigured.map(({ gate }) => ` --without ${gate}`).join('')
  return `matapalo ${kind} ${name}${without} --dry-run`
}
