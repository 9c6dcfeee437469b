/**
 * The verdict: what the clients were told against what the owner's database holds.
 *
 * @module
 */
import type { Db } from '@matapalo/runtime'
import type { Write } from './ledger.ts'
import type { OwnerStore } from './ownerStore.ts'

export interface Verdict {
  readonly lostWrites: number
  readonly doubledWrites: number
  /** Writes without an answer, and whether they turned out to exist. */
  readonly unknownWrites: number
  readonly unknownThatExist: number
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
  const tally = createTally()

  for (const write of writes) {
    switch (write.kind) {
      case 'price':
        tally.judge(write, prices.get(write.reference) ?? 0, 'price change')
        break
      case 'stock':
        tally.judge(write, movements.get(`${write.reference}/${write.bookId}`) ?? 0, 'movement')
        break
      case 'create':
        if (write.bookId !== undefined && removed.has(write.bookId)) break
        tally.judge(write, books.get(write.reference) ?? 0, 'book')
        break
      case 'remove':
        tally.judge(write, ids.has(write.bookId ?? 0) ? 0 : 1, 'deletion')
        break
      case 'order':
        tally.judge(write, orders.get(write.reference) ?? 0, 'order')
        tally.judge(
          write,
          movements.get(`${write.reference}/${write.bookId}`) ?? 0,
          'stock taken',
          {
            released: true,
          },
        )
        break
      case 'ticket':
        tally.judge(write, tickets.get(write.reference) ?? 0, 'ticket')
        break
    }
  }

  const now = await store.prices([...input.ownPrices.keys()])
  for (const [bookId, price] of input.ownPrices) {
    if (now.get(bookId) !== price) {
      tally.lost(`book ${bookId} costs ${now.get(bookId)}, last acknowledged price is ${price}`)
    }
  }
  const jobWrites = await judgeJob(monolith, movements, tally)
  const stockDifferences = await judgeStock(input, removed, tally)
  return { ...tally.result(), stockDifferences, jobWrites }
}

function createTally() {
  let lostWrites = 0
  let doubledWrites = 0
  let unknownWrites = 0
  let unknownThatExist = 0
  const examples: string[] = []
  const note = (what: string): void => {
    if (examples.length < 50) examples.push(what)
  }
  const lost = (what: string): void => {
    lostWrites += 1
    note(`lost: ${what}`)
  }
  const doubled = (what: string): void => {
    doubledWrites += 1
    note(`doubled: ${what}`)
  }
  return {
    lost,
    doubled,
    /** A refused order may have taken stock and given it back: one movement is right too. */
    judge(write: Write, found: number, what: string, options: { released?: boolean } = {}): void {
      const where = `${what} ${write.reference} (at ${write.at} ms)`
      if (write.fate === 'acknowledged') {
        if (found === 0) lost(where)
        if (found > 1) doubled(`${where} stands ${found} times`)
        return
      }
      if (write.fate === 'unknown') {
        if (options.released === true) return
        unknownWrites += 1
        if (found > 0) unknownThatExist += 1
        if (found > 1) doubled(`${where} stands ${found} times`)
        return
      }
      if (found > 0 && options.released !== true) doubled(`${where} was refused, yet exists`)
    },
    result: () => ({ lostWrites, doubledWrites, unknownWrites, unknownThatExist, examples }),
  }
}

type Judge = ReturnType<typeof createTally>

/** Each acknowledged run of the scheduled job logged as many movements as it says. */
async function judgeJob(
  monolith: Db,
  movements: ReadonlyMap<string, number>,
  tally: Judge,
): Promise<number> {
  const runs = await monolith.query(
    "SELECT reference, `rows` AS n FROM job_runs WHERE outcome = 'ok' AND job = 'restock' AND `rows` > 0",
  )
  const found = new Map<string, number>()
  for (const [key, times] of movements) {
    if (!key.startsWith('job:')) continue
    const run = key.split('/')[0]?.split(':').slice(0, 2).join(':') ?? key
    found.set(run, (found.get(run) ?? 0) + times)
  }
  let writes = 0
  for (const run of runs) {
    const expected = Number(run.n)
    const reference = `job:${String(run.reference).replace(/^job:/, '')}`
    const there = found.get(reference) ?? 0
    writes += expected
    if (there < expected) tally.lost(`${reference} logged ${expected} movements, ${there} exist`)
    if (there > expected) tally.doubled(`${reference} logged ${expected} movements, ${there} exist`)
  }
  return writes
}

async function judgeStock(
  input: CheckInput,
  removed: ReadonlySet<number | undefined>,
  tally: Judge,
): Promise<number> {
  const after = await input.store.unexplainedStock()
  let differences = 0
  for (const [bookId, before] of input.stockBefore) {
    if (removed.has(bookId)) continue
    const now = after.get(bookId)
    if (now === before) continue
    differences += 1
    tally.lost(`stock of book ${bookId}: ${now} beyond its movements, was ${before}`)
  }
  return differences
}
