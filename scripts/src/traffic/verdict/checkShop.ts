/**
 * The verdict on the whole shop: what the clients were told against what each owner's database holds,
 * whoever owns what by now. Needs no process of the shop.
 *
 * @module
 */
import type { Side } from '@matapalo/core'
import type { Db } from '@matapalo/runtime'
import type { LastState, Write } from '../ledger.ts'
import { type OwnerStore, ownerStore } from '../ownerStore.ts'
import { judgeJob } from './job.ts'
import { Judge, type Losses, type LossesByDomain } from './judge.ts'
import {
  movementRows,
  type OrderRows,
  orderRows,
  type SupportRows,
  supportRows,
  type UserRows,
  userRows,
} from './shopRows.ts'
import { judgeStock, type StockVerdict } from './stock.ts'

/** A connection to the owner's schema that may read it. */
export interface Owner {
  readonly db: Db
  readonly side: Side
}

export interface ShopInput {
  readonly writes: readonly Write[]
  readonly ownPrices: ReadonlyMap<number, string>
  readonly lastStates: readonly LastState[]
  /** {@link OwnerStore.unexplainedStock} before the run. */
  readonly stockBefore: ReadonlyMap<number, number>
  readonly owners: Readonly<Record<'catalog' | 'users' | 'orders' | 'support', Owner>>
  /** The old shop's schema, for the diary of its scheduled job; it belongs to no domain. */
  readonly jobs: Db
}

export interface ShopVerdict extends Losses, StockVerdict {
  readonly byDomain: LossesByDomain
  /** Books whose stock is not their first stock plus their logged movements. */
  readonly stockDifferences: number
  /** Stock is what it was at first, minus what stands sold, plus what came in. */
  readonly stockConserved: boolean
  readonly jobWrites: number
  readonly examples: readonly string[]
}

/** Reads all owners once; nothing may write while it runs. */
export async function checkShop(input: ShopInput): Promise<ShopVerdict> {
  const { catalog, users, orders, support } = input.owners
  const judge = new Judge()
  const store = ownerStore(catalog.db, catalog.side)
  const orderBook = await orderRows(orders.db, orders.side)
  await judgeCatalog(input, store, judge)
  judgeUsers(input, await userRows(users.db, users.side), judge)
  judgeOrders(input, orderBook, judge)
  judgeSupport(input, await supportRows(support.db, support.side), judge)
  const movements = await movementRows(catalog.db, catalog.side)
  const stock = judgeStock(orderBook.orders, movements, judge)
  const jobWrites = await judgeJob(input.jobs, store, judge)
  const stockDifferences = await judgeUnexplained(input, store, judge)
  return {
    ...judge.total,
    ...stock,
    byDomain: judge.byDomain,
    stockDifferences,
    stockConserved: stockDifferences === 0 && stock.wrongLines === 0,
    jobWrites,
    examples: judge.examples,
  }
}

const removedBooks = (writes: readonly Write[]): ReadonlySet<number | undefined> =>
  new Set(writes.filter(({ kind }) => kind === 'remove').map(({ bookId }) => bookId))

async function judgeCatalog(input: ShopInput, store: OwnerStore, judge: Judge): Promise<void> {
  const prices = await store.priceReferences()
  const movements = await store.movementReferences()
  const books = await store.bookReferences()
  const ids = await store.bookIds()
  const removed = removedBooks(input.writes)
  for (const write of input.writes) {
    const { kind, reference, bookId } = write
    if (kind === 'price') judge.judge(write, prices.get(reference) ?? 0, 'price change')
    if (kind === 'stock')
      judge.judge(write, movements.get(`${reference}/${bookId}`) ?? 0, 'movement')
    if (kind === 'create' && !(bookId !== undefined && removed.has(bookId))) {
      judge.judge(write, books.get(reference) ?? 0, 'book')
    }
    if (kind === 'remove') judge.judgeGone(write, ids.has(bookId ?? 0), 'deletion')
  }
  const now = await store.prices([...input.ownPrices.keys()])
  for (const [bookId, price] of input.ownPrices) {
    if (now.get(bookId) === price) continue
    judge.lost(
      'catalog',
      `book ${bookId} costs ${now.get(bookId)}, last acknowledged price is ${price}`,
    )
  }
}

function judgeUsers(input: ShopInput, rows: UserRows, judge: Judge): void {
  for (const write of input.writes) {
    const { kind, reference } = write
    if (kind === 'account') judge.judge(write, rows.emails.get(reference) ?? 0, 'account')
    if (kind === 'login') judge.judge(write, rows.sessions.has(reference) ? 1 : 0, 'session')
    if (kind === 'logout') judge.judgeGone(write, rows.sessions.has(reference), 'logout of session')
  }
  for (const { what, userId, value } of input.lastStates) {
    if (what === 'cart') continue
    const found = (what === 'street' ? rows.streets : rows.marks).get(userId)
    if (found !== value)
      judge.lost('users', `${what} of user ${userId} is ${found}, wrote ${value}`)
  }
}

function judgeOrders(input: ShopInput, rows: OrderRows, judge: Judge): void {
  for (const write of input.writes) {
    const { kind, reference } = write
    if (kind === 'order') judge.judge(write, rows.orders.get(reference)?.length ?? 0, 'order')
    if (kind === 'status') judge.judge(write, rows.statuses.get(reference) ?? 0, 'change of status')
  }
  for (const { what, userId, value } of input.lastStates) {
    if (what !== 'cart') continue
    const found = rows.carts.get(userId) ?? ''
    if (found !== value) {
      judge.lost('orders', `cart of user ${userId} has [${found}], last acknowledged is [${value}]`)
    }
  }
}

function judgeSupport(input: ShopInput, rows: SupportRows, judge: Judge): void {
  for (const write of input.writes) {
    const { kind, reference } = write
    if (Object.hasOwn(rows, kind)) {
      judge.judge(write, rows[kind as keyof SupportRows].get(reference) ?? 0, kind)
    }
  }
}

async function judgeUnexplained(
  input: ShopInput,
  store: OwnerStore,
  judge: Judge,
): Promise<number> {
  const removed = removedBooks(input.writes)
  const after = await store.unexplainedStock()
  let differences = 0
  for (const [bookId, before] of input.stockBefore) {
    if (removed.has(bookId)) continue
    const now = after.get(bookId)
    if (now === before) continue
    differences += 1
    judge.lost('catalog', `stock of book ${bookId}: ${now} beyond its movements, was ${before}`)
  }
  return differences
}
