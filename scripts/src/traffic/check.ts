/**
 * The verdict where the catalogue alone moves; `verdict/` has the whole shop's.
 *
 * @module
 */
import type { Db } from '@matapalo/runtime'
import type { Write } from './ledger.ts'
import type { OwnerStore } from './ownerStore.ts'
import { judgeJob } from './verdict/job.ts'
import { Judge, type Losses } from './verdict/judge.ts'

export interface Verdict extends Losses {
  /** Books whose stock is not their first stock plus their logged movements. */
  readonly stockDifferences: number
  readonly jobWrites: number
  readonly examples: readonly string[]
}

export interface CheckInput {
  readonly writes: readonly Write[]
  /** Last certain price of each private book. */
  readonly ownPrices: ReadonlyMap<number, string>
  /** {@link OwnerStore.unexplainedStock} before the run. */
  readonly stockBefore: ReadonlyMap<number, number>
  readonly store: OwnerStore
  /** The monolith's database: orders, tickets and the scheduled job's runs. */
  readonly monolith: Db
}

/** Reads both databases once; nothing may write while it runs. */
export async function check(input: CheckInput): Promise<Verdict> {
  const { writes, store, monolith } = input
  const count = async (statement: string): Promise<Map<string, number>> =>
    new Map((await monolith.query(statement)).map((row) => [String(row.k), Number(row.n)]))
  const prices = await store.priceReferences()
  const movements = await store.movementReferences()
  const books = await store.bookReferences()
  const ids = await store.bookIds()
  const orders = await count('SELECT reference AS k, COUNT(*) AS n FROM orders GROUP BY reference')
  const tickets = await count('SELECT subject AS k, COUNT(*) AS n FROM tickets GROUP BY subject')
  const removed = new Set(writes.filter((one) => one.kind === 'remove').map((one) => one.bookId))
  const judge = new Judge()

  for (const write of writes) {
    switch (write.kind) {
      case 'price':
        judge.judge(write, prices.get(write.reference) ?? 0, 'price change')
        break
      case 'stock':
        judge.judge(write, movements.get(`${write.reference}/${write.bookId}`) ?? 0, 'movement')
        break
      case 'create':
        if (write.bookId !== undefined && removed.has(write.bookId)) break
        judge.judge(write, books.get(write.reference) ?? 0, 'book')
        break
      case 'remove':
        judge.judgeGone(write, ids.has(write.bookId ?? 0), 'deletion')
        break
      case 'order':
        judge.judge(write, orders.get(write.reference) ?? 0, 'order')
        // A refused order may have taken stock and given it back: one movement is right too.
        if (write.fate === 'acknowledged') {
          const taken = movements.get(`${write.reference}/${write.bookId}`) ?? 0
          judge.judge(write, taken, 'stock taken', 'catalog')
        }
        break
      case 'ticket':
        judge.judge(write, tickets.get(write.reference) ?? 0, 'ticket')
        break
    }
  }

  const now = await store.prices([...input.ownPrices.keys()])
  for (const [bookId, price] of input.ownPrices) {
    if (now.get(bookId) !== price) {
      judge.lost(
        'catalog',
        `book ${bookId} costs ${now.get(bookId)}, last acknowledged price is ${price}`,
      )
    }
  }
  const jobWrites = await judgeJob(monolith, store, judge)
  const stockDifferences = await judgeStock(input, removed, judge)
  return { ...judge.total, examples: judge.examples, stockDifferences, jobWrites }
}

async function judgeStock(
  input: CheckInput,
  removed: ReadonlySet<number | undefined>,
  judge: Judge,
): Promise<number> {
  const after = await input.store.unexplainedStock()
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
