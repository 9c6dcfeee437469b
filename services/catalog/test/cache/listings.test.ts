import type { Database } from '@bookshop/kit/database'
import { expect } from 'chai'
import type { ListRequest } from '../../src/books/list.ts'
import { listingsOver } from '../../src/cache/listings.ts'
import type { CacheStore } from '../../src/cache/store.ts'
import { createMetrics } from '../../src/metrics.ts'

const request = (search: string): ListRequest => ({
  categoryIds: null,
  search,
  featured: false,
  sort: 'newest',
  page: 1,
  perPage: 20,
})

/** A database that answers every query with these rows, and counts them by table. */
function fakeDatabase(generation: () => string) {
  const asked: string[] = []
  const query = (table: unknown): unknown => {
    const name = typeof table === 'string' ? table : 'counted'
    asked.push(name)
    const rows = name === 'listing_generation' ? [{ part: 'product', n: generation() }] : [1]
    const self: unknown = new Proxy(
      {},
      {
        get: (_target, property) =>
          property === 'then' ? (resolve: (rows: unknown) => void) => resolve(rows) : () => self,
      },
    )
    return self
  }
  const database = Object.assign(query, { from: query, raw: () => 'candidates' })
  // Only what these tests reach.
  return { database: database as unknown as Database, asked }
}

const mapStore = (entries: Map<string, string>): CacheStore => ({
  get: async (key) => entries.get(key) ?? null,
  set: async (key, value) => {
    entries.set(key, value)
  },
  stop: async () => {},
})

describe('listingsOver', () => {
  const setUp = (store: CacheStore) => {
    let generation = 1
    const { database, asked } = fakeDatabase(() => String(generation))
    const view = listingsOver({ database, store, metrics: createMetrics() })
    return {
      find: (search: string) => view().find(request(search)),
      searches: () => asked.filter((table) => table === 'product as p').length,
      asked,
      raise: () => {
        generation += 1
      },
    }
  }

  it('asks again only when the generation has grown', async () => {
    const { find, searches, raise } = setUp(mapStore(new Map()))
    await find('a')
    const once = searches()
    await find('a')
    expect(searches()).to.equal(once)
    raise()
    await find('a')
    expect(searches()).to.equal(once * 2)
  })

  it('does not even ask for the generation while the store is away', async () => {
    const { find, asked } = setUp({
      get: async () => undefined,
      set: async () => {},
      stop: async () => {},
    })
    await find('a')
    expect(asked).not.to.include('listing_generation')
  })

  for (const rubbish of [
    '',
    '{',
    'null',
    '7',
    '{"at":"1"}',
    '{"at":"1","of":"x","value":{"ids":[6]}}',
  ]) {
    it(`does not believe ${rubbish || 'an empty text'} in the store`, async () => {
      const { find } = setUp({
        get: async () => rubbish,
        set: async () => {},
        stop: async () => {},
      })
      expect((await find('a')).ids).to.deep.equal([1])
    })
  }

  it('keeps 4096 lists at most, whatever callers search for', async () => {
    const entries = new Map<string, string>()
    const { find } = setUp(mapStore(entries))
    for (let n = 0; n < 12_000; n += 1) await find(`word ${n}`)
    expect(entries.size).to.be.within(3000, 4096)
  })
})
