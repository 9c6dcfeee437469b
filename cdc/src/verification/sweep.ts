/**
 * Removes target keys that the owner no longer has: the end of a *repeated* backfill. A snapshot reads
 * rows that exist, so a row deleted while no feed ran would stay at the target for ever.
 *
 * A key that looks extra is removed only under the lock of the applier's state row, after another look
 * at the owner: while that lock is held nothing is applied, so a key that the owner makes anew is
 * either seen by that look or applied after the removal.
 *
 * @module
 */
import { directionFrom, otherSide, type Row, type Side } from '@matapalo/core'
import type { Db } from '@matapalo/runtime'
import { applierServerId, quoteTable, toolkitTable } from '../names.ts'
import { endOf, keyAtEnd, targetNames } from './checksums.ts'
import { type End, keyColumns, keyFrom, keyText, type Pair, type Stores, tableAt } from './pair.ts'
import { among, type Condition, nextBound, within } from './range.ts'

export interface SweepOptions {
  readonly domain: string
  /** The side that is right. */
  readonly owner: Side
  /** The follower's server, as an account that its fence lets pass; needs BINLOG REPLAY. */
  readonly followerDb: Db
  /** Of the follower's fence. */
  readonly term: number
  /** 5000 by default. */
  readonly chunkRows?: number
  readonly signal?: AbortSignal
}

export interface Swept {
  /** Removed rows by table. */
  readonly removed: Readonly<Record<string, number>>
}

/** Texts of the owner's keys that meet a condition. */
async function ownedWhere(
  stores: Stores,
  pair: Pair,
  end: End,
  { sql, params }: Condition,
): Promise<ReadonlySet<string>> {
  const rows = await stores[end.side].db.query(
    `SELECT ${keyColumns(end.key)} FROM ${tableAt(stores, end)} WHERE ${sql}`,
    params,
  )
  return new Set(rows.map((row) => textAt(pair, end, keyFrom(end.key, row))))
}

/** Everything is compared in the columns of the monolith's key. */
const sourceKey = (pair: Pair, end: End, key: Row): Row =>
  end.side === 'monolith' ? key : pair.compiled.backwardKey(end.table, key)

const textAt = (pair: Pair, end: End, key: Row): string =>
  keyText(pair.compiled.keyColumns, sourceKey(pair, end, key))

async function remove(
  stores: Stores,
  pair: Pair,
  ends: { readonly owner: End; readonly follower: End },
  candidates: readonly Row[],
  options: SweepOptions,
): Promise<number> {
  const { domain, followerDb, term, owner } = options
  const { follower } = ends
  return followerDb.session(async (session) => {
    const [before] = await session.query('SELECT @@SESSION.server_id AS id')
    await session.execute(
      'SET SESSION server_id = ?, SESSION gtid_domain_id = ?, @matapalo_term = ?, foreign_key_checks = 0',
      [applierServerId, applierServerId, term],
    )
    await session.execute('START TRANSACTION')
    await session.query(
      `SELECT token FROM ${toolkitTable('applier_state')}
       WHERE domain = ? AND direction = ? FOR UPDATE`,
      [domain, directionFrom(owner)],
    )
    const asked = candidates.map((key) => keyAtEnd(pair, ends.owner, key))
    const owned = await ownedWhere(stores, pair, ends.owner, among(ends.owner.key, asked))
    const gone = candidates
      .filter((key) => !owned.has(keyText(pair.compiled.keyColumns, key)))
      .map((key) => keyAtEnd(pair, follower, key))
    let removed = 0
    if (gone.length > 0) {
      const { sql, params } = among(follower.key, gone)
      const table = quoteTable(stores[follower.side].schema, follower.table)
      removed = (await session.execute(`DELETE FROM ${table} WHERE ${sql}`, params)).affectedRows
    }
    await session.execute('COMMIT')
    await session.execute(
      'SET SESSION server_id = ?, SESSION gtid_domain_id = @@GLOBAL.gtid_domain_id, @matapalo_term = NULL, foreign_key_checks = 1',
      [Number(before?.id ?? 0)],
    )
    return removed
  })
}

async function sweepEnd(
  stores: Stores,
  pair: Pair,
  ends: { readonly owner: End; readonly follower: End },
  options: SweepOptions,
): Promise<number> {
  const { owner, follower } = ends
  const chunkRows = options.chunkRows ?? 5_000
  const table = tableAt(stores, follower)
  const { db } = stores[follower.side]
  let removed = 0
  let after: Row | null = null
  for (;;) {
    options.signal?.throwIfAborted()
    const upTo: Row | null = await nextBound(db, table, follower.key, after, chunkRows)
    const { sql, params } = within(follower.key, { after, upTo })
    const rows = await db.query(
      `SELECT ${keyColumns(follower.key)} FROM ${table} WHERE ${sql}`,
      params,
    )
    const keys = rows.map((row) => sourceKey(pair, follower, keyFrom(follower.key, row)))
    const bound = (key: Row | null): Row | null =>
      key === null ? null : keyAtEnd(pair, owner, sourceKey(pair, follower, key))
    const range = within(owner.key, { after: bound(after), upTo: bound(upTo) })
    const owned = await ownedWhere(stores, pair, owner, range)
    const extra = keys.filter((key) => !owned.has(keyText(pair.compiled.keyColumns, key)))
    for (let at = 0; at < extra.length; at += 500) {
      removed += await remove(stores, pair, ends, extra.slice(at, at + 500), options)
    }
    if (upTo === null) return removed
    after = upTo
  }
}

/** Forward only in practice: the monolith owns what is backfilled. Works both ways. */
export async function sweepKeys(
  stores: Stores,
  pairs: readonly Pair[],
  options: SweepOptions,
): Promise<Swept> {
  const removed: Record<string, number> = {}
  for (const pair of pairs) {
    for (const target of targetNames(pair)) {
      const ends = {
        owner: endOf(pair, options.owner, target),
        follower: endOf(pair, otherSide(options.owner), target),
      }
      const count = await sweepEnd(stores, pair, ends, options)
      if (count > 0) removed[ends.follower.table] = (removed[ends.follower.table] ?? 0) + count
      // All targets of a split come back to one source table: one walk is enough.
      if (options.owner === 'service') break
    }
  }
  return { removed }
}
