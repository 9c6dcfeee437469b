/**
 * The loser's application loses its rights on the owned tables after a transfer, where they were
 * granted table by table, and has them back before the next transfer holds anybody. The triggers are
 * the fence; this closes their one gap, that an UPDATE which matches no row fires none.
 *
 * Nothing of it stands in a transfer's way: taking is the reconciler's, once nothing runs any more.
 * It happens while the domain's row in the ledger is locked, so a transfer can neither begin nor end
 * in between; and what is missing at the owner is given back whenever it is seen to be missing.
 *
 * @module
 */
import {
  type OwnedTables,
  type Privileges,
  restoreWrites,
  revokeWrites,
  writePrivileges,
} from '@matapalo/cdc/grants'
import { type Manifest, otherSide, type Side } from '@matapalo/core'
import type { Control } from '../control.ts'
import type { Domain } from '../ledger/domains.ts'
import { type Revocation, readRevocations, writeRevocation } from '../ledger/revocations.ts'
import { schemaOf, tablesOf } from './stores.ts'

/** A domain that was never transferred has this term, and everybody keeps what they have. */
const firstTerm = 1

const ownedTables = (manifest: Manifest, side: Side): OwnedTables => {
  const account = side === 'monolith' ? manifest.accounts.source : manifest.accounts.target
  return {
    schema: schemaOf(manifest, side),
    tables: tablesOf(manifest, side),
    accounts: account === null ? [] : [account],
  }
}

/** Everything that either of them names. */
const both = (one: Privileges, other: Privileges): Privileges => {
  const keyOf = ({ grantee, table }: Privileges['taken'][number]) => `${grantee} ${table}`
  const taken = new Map(one.taken.map((entry) => [keyOf(entry), entry]))
  for (const entry of other.taken) {
    const privileges = [
      ...new Set([...(taken.get(keyOf(entry))?.privileges ?? []), ...entry.privileges]),
    ]
    taken.set(keyOf(entry), { ...entry, privileges })
  }
  return { taken: [...taken.values()], wider: other.wider }
}

const isWhole = (wanted: Privileges, found: Privileges): boolean =>
  wanted.taken.every(({ grantee, table, privileges }) => {
    const held = found.taken.find((one) => one.grantee === grantee && one.table === table)
    return privileges.every((privilege) => held?.privileges.includes(privilege))
  })

/** Takes them at the side that lost, once per ownership. */
async function take(control: Control, domain: Domain, known: Revocation | undefined) {
  const { stores, lease, log } = control
  const { manifest } = await control.domain(domain.name)
  const side = otherSide(domain.owner)
  if (known?.term === domain.ownerTerm && known.state === 'taken') return
  const owned = ownedTables(manifest, side)
  const found = await writePrivileges(stores[side], owned)
  // An earlier try may have taken some of them already.
  const privileges = known?.state === 'intended' ? both(known.privileges, found) : found
  const intended = { side, term: domain.ownerTerm, state: 'intended' as const, privileges }
  await lease.guarded('revoke', (tx) => writeRevocation(tx, domain.name, intended))
  await lease.guarded('revoke', async (tx) => {
    const [row] = await tx.query(
      'SELECT owner_term, transfer_id FROM domain WHERE name = ? LOCK IN SHARE MODE',
      [domain.name],
    )
    if (Number(row?.owner_term) !== domain.ownerTerm || row?.transfer_id !== null) return
    await revokeWrites(stores[side], owned.schema, privileges)
    await writeRevocation(tx, domain.name, { ...intended, state: 'taken' })
  })
  const { taken, wider } = privileges
  log.info({ domain: domain.name, side, taken: taken.length, wider }, 'privileges.taken')
}

/** Gives back whatever is missing of them at a side. */
async function give(control: Control, manifest: Manifest, known: Revocation): Promise<void> {
  const { stores, lease, log } = control
  const { side, privileges } = known
  const { domain: name } = manifest
  if (privileges.taken.length > 0) {
    const owned = ownedTables(manifest, side)
    if (known.state === 'given') {
      const accounts = [...new Set(privileges.taken.map(({ grantee }) => nameOf(grantee)))]
      if (isWhole(privileges, await writePrivileges(stores[side], { ...owned, accounts }))) return
    }
    await restoreWrites(stores[side], owned.schema, privileges)
    log.info({ domain: name, side, given: privileges.taken.length }, 'privileges.given')
  } else if (known.state === 'given') return
  await lease.guarded('restore', (tx) => writeRevocation(tx, name, { ...known, state: 'given' }))
}

const nameOf = (grantee: string): string => /^'(.*)'@/.exec(grantee)?.[1] ?? grantee

/** Before a side becomes the owner, and before anybody is held for it. */
export async function giveBack(control: Control, name: string, side: Side): Promise<void> {
  const { manifest } = await control.domain(name)
  const known = (await readRevocations(control.ledger, name)).find((one) => one.side === side)
  if (known !== undefined) await give(control, manifest, known)
}

/** Between transfers: the owner has all its rights, the other side's application none to write. */
export async function settlePrivileges(control: Control, domain: Domain): Promise<void> {
  if (domain.transferId !== null || domain.frozen !== null) return
  const known = await readRevocations(control.ledger, domain.name)
  const of = (side: Side) => known.find((one) => one.side === side)
  const owners = of(domain.owner)
  const { manifest } = await control.domain(domain.name)
  if (owners !== undefined) await give(control, manifest, owners)
  if (domain.ownerTerm > firstTerm) await take(control, domain, of(otherSide(domain.owner)))
}
