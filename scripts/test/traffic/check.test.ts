import type { Db } from '@matapalo/runtime'
import { expect } from 'chai'
import { type CheckInput, check } from '../../src/traffic/check.ts'
import type { Write, WriteFate, WriteKind } from '../../src/traffic/ledger.ts'
import type { OwnerStore } from '../../src/traffic/ownerStore.ts'

const write = (kind: WriteKind, fate: WriteFate, more: Partial<Write> = {}): Write => ({
  reference: `${kind}-1`,
  kind,
  fate,
  bookId: 7,
  at: 0,
  ...more,
})

interface World {
  readonly prices?: Record<string, number>
  readonly movements?: Record<string, number>
  readonly books?: Record<string, number>
  readonly ids?: readonly number[]
  readonly price?: string
  readonly stock?: number
  readonly orders?: Record<string, number>
  readonly jobRuns?: readonly { reference: string; n: number }[]
  /** Lines that the scheduled job says it gave back, and those that were. */
  readonly expired?: number
  readonly expiries?: Record<string, number>
}

const store = (world: World): OwnerStore => {
  const map = (counts: Record<string, number> = {}) => new Map(Object.entries(counts))
  return {
    priceReferences: async () => map(world.prices),
    movementReferences: async () => map(world.movements),
    expiries: async () => map(world.expiries),
    bookReferences: async () => map(world.books),
    bookIds: async () => new Set(world.ids ?? [7]),
    prices: async () => new Map([[7, world.price ?? '10.00']]),
    unexplainedStock: async () => new Map([[7, world.stock ?? 5]]),
  }
}

const monolith = (world: World): Db => {
  const rows = (counts: Record<string, number> = {}) =>
    Object.entries(counts).map(([k, n]) => ({ k, n }))
  const query = async (sql: string) => {
    if (sql.includes('FROM orders')) return rows(world.orders)
    if (sql.includes("job = 'expire'")) return [{ n: world.expired ?? 0 }]
    if (sql.includes('job_runs')) return [...(world.jobRuns ?? [])]
    return []
  }
  // The check only queries.
  return { query } as unknown as Db
}

const verdict = (writes: readonly Write[], world: World, more: Partial<CheckInput> = {}) =>
  check({
    writes,
    ownPrices: new Map(),
    stockBefore: new Map([[7, 5]]),
    store: store(world),
    monolith: monolith(world),
    ...more,
  })

describe('check', () => {
  it('finds nothing when every acknowledged write exists once', async () => {
    const found = await verdict(
      [write('price', 'acknowledged'), write('order', 'acknowledged'), write('create', 'unknown')],
      { prices: { 'price-1': 1 }, orders: { 'order-1': 1 }, movements: { 'order-1/7': 1 } },
    )
    expect(found).to.include({ lostWrites: 0, doubledWrites: 0, unknownWrites: 1 })
  })

  it('convicts a lost price change', async () => {
    expect(await verdict([write('price', 'acknowledged')], {})).to.include({ lostWrites: 1 })
  })

  it('convicts an order whose stock was taken twice', async () => {
    const found = await verdict([write('order', 'acknowledged')], {
      orders: { 'order-1': 1 },
      movements: { 'order-1/7': 2 },
    })
    expect(found).to.include({ lostWrites: 0, doubledWrites: 1 })
  })

  it('convicts a deleted book that came back', async () => {
    expect(await verdict([write('remove', 'acknowledged')], { ids: [7] })).to.include({
      lostWrites: 1,
    })
  })

  it('convicts a refused write that exists, and an unanswered one that exists twice', async () => {
    const found = await verdict([write('price', 'refused'), write('stock', 'unknown')], {
      prices: { 'price-1': 1 },
      movements: { 'stock-1/7': 2 },
    })
    expect(found).to.include({ doubledWrites: 2, unknownThatExist: 1 })
  })

  it('convicts a price that is not the last acknowledged one', async () => {
    const found = await verdict([], { price: '9.00' }, { ownPrices: new Map([[7, '12.00']]) })
    expect(found).to.include({ lostWrites: 1 })
  })

  it('convicts stock that no movement explains', async () => {
    expect(await verdict([], { stock: 4 })).to.include({ lostWrites: 1, stockDifferences: 1 })
  })

  it('convicts expiries of the scheduled job that are missing, and one that gave back twice', async () => {
    const lost = await verdict([], { expired: 3, expiries: { 'o1/7': 1 } })
    expect(lost).to.include({ lostWrites: 2, doubledWrites: 0, jobWrites: 3 })
    const doubled = await verdict([], { expired: 1, expiries: { 'o1/7': 2 } })
    expect(doubled).to.include({ lostWrites: 0, doubledWrites: 1 })
    const well = await verdict([], { expired: 1, expiries: { 'o1/7': 1, 'o2/7': 1 } })
    expect(well).to.include({ lostWrites: 0, doubledWrites: 0, jobWrites: 1 })
  })

  it('convicts a run of the scheduled job whose movements are missing', async () => {
    const found = await verdict([], {
      jobRuns: [{ reference: 'r1', n: 2 }],
      movements: { 'job:r1/7': 0, 'job:r1:7/7': 1 },
    })
    expect(found).to.include({ lostWrites: 1, jobWrites: 2 })
  })
})
