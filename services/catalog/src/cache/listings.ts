/**
 * Which books a list shows, and the category tree, remembered between requests.
 *
 * What is remembered carries the generation that the database had before it was read. Triggers raise
 * the generation in the transaction that changes what lists show, whoever writes: so an entry of the
 * present generation is what the database would answer, and a caller's own write is seen at once, at
 * every replica. Nothing has to be invalidated, and nothing is believed while the store is away.
 *
 * @module
 */
import { createHash } from 'node:crypto'
import type { Database } from '@bookshop/kit/database'
import { type Found, findBooks, type ListRequest } from '../books/list.ts'
import { type CategoryRow, readCategories } from '../categories/tree.ts'
import type { Metrics } from '../metrics.ts'
import type { CacheStore } from './store.ts'

/** What one request sees: made for it, and dropped with its answer. */
export interface Listings {
  categories(): Promise<readonly CategoryRow[]>
  find(request: ListRequest): Promise<Found>
}

type Part = 'category' | 'product'
type Generation = Readonly<Record<Part, string>>

/** One read of sixteen rows, in one snapshot. */
export async function readGeneration(database: Database): Promise<Generation> {
  const rows: { part: Part; n: string }[] = await database('listing_generation')
    .select('part')
    .sum({ n: 'n' })
    .groupBy('part')
  const of = (part: Part): string => String(rows.find((row) => row.part === part)?.n ?? '')
  return { category: of('category'), product: of('product') }
}

interface Entry<T> {
  /** Of which generation. */
  readonly at: string
  /** Which request: others share its place. */
  readonly of: string
  readonly value: T
}

/** Null: nothing of use. A store that others can write to is not trusted to hold JSON. */
function readEntry<T>(text: string | null, at: string, of: string): Entry<T> | null {
  if (text === null) return null
  try {
    const entry = JSON.parse(text) as Entry<T> | null
    return entry?.at === at && entry.of === of ? entry : null
  } catch {
    return null
  }
}

/**
 * Lists share this many places, so that a caller who invents searches cannot fill the store: 4 MiB at
 * most, in a store that others may depend on.
 */
const places = 4096

const placeOf = (of: string): number =>
  createHash('sha256').update(of).digest().readUInt32BE(0) % places

export interface ListingParts {
  readonly database: Database
  readonly store: CacheStore
  readonly metrics: Pick<Metrics, 'cacheReads'>
}

/** @returns a function that gives each request its view */
export function listingsOver({ database, store, metrics }: ListingParts): () => Listings {
  return () => {
    let generation: Promise<Generation> | undefined
    const remembered = async <T>(
      kind: 'categories' | 'list',
      part: Part,
      key: string,
      of: string,
      read: () => Promise<T>,
    ): Promise<T> => {
      const text = await store.get(key)
      if (text === undefined) {
        metrics.cacheReads.inc({ kind, outcome: 'away' })
        return read()
      }
      generation ??= readGeneration(database)
      const at = (await generation)[part]
      const entry = readEntry<T>(text, at, of)
      metrics.cacheReads.inc({ kind, outcome: entry ? 'hit' : 'miss' })
      if (entry) return entry.value
      const value = await read()
      void store.set(key, JSON.stringify({ at, of, value } satisfies Entry<T>))
      return value
    }
    return {
      categories: () =>
        remembered('categories', 'category', 'categories', '', () => readCategories(database)),
      find: (request) => {
        const of = JSON.stringify(request)
        return remembered('list', 'product', `list:${placeOf(of)}`, of, () =>
          findBooks(database, request),
        )
      },
    }
  }
}
