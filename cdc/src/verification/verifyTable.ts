/**
 * Walks one table in chunks of its primary key and finds every row on which the sides disagree, while
 * both are being written to.
 *
 * @module
 */
import { otherSide, type Row, type Side } from '@matapalo/core'
import { sleep } from '@matapalo/runtime'
import { keyAtEnd, type PairRange, rangeSums, rowSumsInRange, targetNames } from './checksums.ts'
import { type Difference, describeDifference } from './difference.ts'
import { type Pair, type Stores, sourceEnd, tableAt, targetEnd } from './pair.ts'
import { nextBound } from './range.ts'
import { disagreements, judge, type Settle, type Suspect } from './suspects.ts'

export interface VerifyOptions {
  /** The side that is right. */
  readonly owner: Side
  readonly settle: Settle
  /** 4000 by default. */
  readonly chunkRows?: number
  /** Stops collecting beyond this, 1000 by default: a repair storm would hide a bug. */
  readonly differencesAtMost?: number
  readonly signal?: AbortSignal
  readonly onChunk?: (chunk: { readonly table: string; readonly rows: number }) => void
}

export interface TableVerified {
  readonly table: string
  /** Of the owner, as counted by its chunks. */
  readonly rows: number
  readonly chunks: number
  /** Chunks that needed more than one look. */
  readonly retried: number
  readonly differences: readonly Difference[]
  readonly undecided: number
  /** True when it stopped early at `differencesAtMost`. */
  readonly truncated: boolean
}

/** Milliseconds before each further look at a chunk: the usual lag is some tens. */
const looks = [0, 15, 40, 100]

const rangeOf = (pair: Pair, after: Row | null, upTo: Row | null): PairRange => ({
  source: { after, upTo },
  targets: Object.fromEntries(
    targetNames(pair).map((name) => {
      const end = targetEnd(pair, name)
      const bound = (key: Row | null): Row | null =>
        key === null ? null : keyAtEnd(pair, end, key)
      return [name, { after: bound(after), upTo: bound(upTo) }]
    }),
  ),
})

/** The targets of a chunk whose follower never showed a checksum that the owner was seen to have. */
async function suspectTargets(
  stores: Stores,
  pair: Pair,
  owner: Side,
  range: PairRange,
): Promise<{ readonly rows: number; readonly retried: boolean; readonly targets: string[] }> {
  const witnessed = new Map<string, Set<string>>()
  let open = [...targetNames(pair)]
  let rows = 0
  let look = 0
  for (const wait of looks) {
    if (wait > 0) await sleep(wait)
    look += 1
    const [owned, followed] = await Promise.all([
      rangeSums(stores, pair, owner, range),
      rangeSums(stores, pair, otherSide(owner), range),
    ])
    rows = Object.values(owned)[0]?.rows ?? 0
    open = open.filter((target) => {
      const seen = witnessed.get(target) ?? new Set()
      witnessed.set(target, seen.add(owned[target]?.sum ?? ''))
      return !seen.has(followed[target]?.sum ?? '-')
    })
    if (open.length === 0) break
  }
  return { rows, retried: look > 1, targets: open }
}

export async function verifyTable(
  stores: Stores,
  pair: Pair,
  options: VerifyOptions,
): Promise<TableVerified> {
  const { owner, settle } = options
  const chunkRows = options.chunkRows ?? 4_000
  const limit = options.differencesAtMost ?? 1_000
  const primary = targetNames(pair)[0] ?? ''
  const walked = owner === 'monolith' ? sourceEnd(pair) : targetEnd(pair, primary)
  const differences: Difference[] = []
  let [rows, chunks, retried, undecided] = [0, 0, 0, 0]
  let after: Row | null = null
  for (;;) {
    options.signal?.throwIfAborted()
    const from: Row | null = after === null ? null : keyAtEnd(pair, walked, after)
    const bound = await nextBound(
      stores[owner].db,
      tableAt(stores, walked),
      walked.key,
      from,
      chunkRows,
    )
    const upTo: Row | null =
      bound === null || walked.side === 'monolith'
        ? bound
        : pair.compiled.backwardKey(walked.table, bound)
    const range = rangeOf(pair, after, upTo)
    const looked = await suspectTargets(stores, pair, owner, range)
    rows += looked.rows
    chunks += 1
    if (looked.retried) retried += 1
    const suspects = (
      await Promise.all(
        looked.targets.map(async (target): Promise<readonly Suspect[]> => {
          const [owned, followed] = await Promise.all([
            rowSumsInRange(stores, pair, owner, target, range),
            rowSumsInRange(stores, pair, otherSide(owner), target, range),
          ])
          return disagreements(target, owned, followed)
        }),
      )
    ).flat()
    if (suspects.length > 0) {
      const judged = await judge(stores, pair, owner, suspects, settle)
      undecided += judged.undecided.length
      for (const { target, key } of judged.different) {
        if (differences.length >= limit) break
        const found = await describeDifference(stores, pair, owner, target, key)
        if (found !== null) differences.push(found)
      }
    }
    options.onChunk?.({ table: pair.compiled.source, rows: looked.rows })
    if (upTo === null || differences.length >= limit) {
      const truncated = differences.length >= limit
      const table = pair.compiled.source
      return { table, rows, chunks, retried, differences, undecided, truncated }
    }
    after = upTo
  }
}
