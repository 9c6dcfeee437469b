/**
 * Verifies all tables of a domain, while both sides live. Clean means: at some moment each row of the
 * follower was what the owner had, and everything changed since is known by the topic's offset.
 *
 * @module
 */
import { directionFrom, otherSide, type Side } from '@matapalo/core'
import type { Db } from '@matapalo/runtime'
import { readApplierState } from '../applierState.ts'
import { awaitApplied } from '../barrier.ts'
import { readMarker, writeMarker } from '../markers.ts'
import { type Difference, redacted } from './difference.ts'
import type { Pair, Stores } from './pair.ts'
import type { Settle } from './suspects.ts'
import { type TableVerified, type VerifyOptions, verifyTable } from './verifyTable.ts'

export interface DomainVerified {
  readonly outcome: 'clean' | 'different' | 'undecided'
  readonly rows: number
  readonly chunks: number
  readonly differences: readonly Difference[]
  readonly undecided: number
  readonly tables: readonly TableVerified[]
  readonly ms: number
  /**
   * Next offset of the domain's topic (of the owner's feed) when it began: every change before it was
   * applied and so was compared; later ones must be compared again. null when no applier has run.
   */
  readonly fromOffset: bigint | null
}

/** A marker through the feed; the limit is generous, since nobody is held. */
export const settleByMarker =
  (ownerDb: Db, followerDb: Db, domain: string, owner: Side, timeoutMs = 15_000): Settle =>
  async () => {
    const direction = directionFrom(owner)
    const state = await readApplierState(followerDb, domain, direction)
    const token = await writeMarker(ownerDb, domain)
    const marker = await readMarker(ownerDb, domain)
    await awaitApplied(followerDb, {
      domain,
      direction,
      token,
      term: state?.term ?? 0,
      rogueAtMost: state?.rogue ?? 0n,
      timeoutMs,
      ...(marker === null ? {} : { generation: marker.generation }),
    })
  }

export async function verifyDomain(
  stores: Stores,
  domain: string,
  pairs: readonly Pair[],
  options: VerifyOptions,
): Promise<DomainVerified> {
  const begun = performance.now()
  const follower = stores[otherSide(options.owner)].db
  const state = await readApplierState(follower, domain, directionFrom(options.owner))
  const tables: TableVerified[] = []
  for (const pair of pairs) tables.push(await verifyTable(stores, pair, options))
  const sum = (of: (table: TableVerified) => number): number =>
    tables.reduce((total, table) => total + of(table), 0)
  const differences = tables.flatMap((table) => table.differences)
  const undecided = sum((table) => table.undecided)
  return {
    outcome: differences.length > 0 ? 'different' : undecided > 0 ? 'undecided' : 'clean',
    rows: sum((table) => table.rows),
    chunks: sum((table) => table.chunks),
    differences,
    undecided,
    tables,
    ms: performance.now() - begun,
    fromOffset: state?.offset ?? null,
  }
}

/** Without row values: for the ledger, logs and pages. */
export const withoutValues = (verified: DomainVerified): DomainVerified => ({
  ...verified,
  differences: verified.differences.map(redacted),
  tables: verified.tables.map((table) => ({
    ...table,
    differences: table.differences.map(redacted),
  })),
})
