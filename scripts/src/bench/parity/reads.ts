/**
 * Reads of every route of the catalogue, and a writer that changes the books they read.
 *
 * @module
 */
import type { Db } from '@matapalo/runtime'
import { sleep } from '@matapalo/runtime'
import { Edges } from '../../traffic/edges.ts'

export interface ReadsOptions {
  readonly edges: readonly string[]
  readonly books: number
  /** Names of the requests of this run, so that every run asks and strikes the same. */
  readonly run: string
  readonly total: number
  /** Under way at a time. */
  readonly atOnce: number
  /** Longest rate, requests a second. */
  readonly perSecond: number
  readonly writer?: ChangingBooks
  /** Asked now and then; settles when there is room for more copies. */
  readonly room?: () => Promise<void>
}

export interface ReadsDone {
  readonly asked: number
  readonly failed: number
  /** Of them: reads of a row that was changed within the last second. */
  readonly ofChanged: number
}

/** Changes prices and stock of some books, one after the other, as the shop's application. */
export class ChangingBooks {
  readonly #shop: Db
  readonly #books: number
  readonly #everyMs: number
  readonly #changed: { readonly id: number; readonly at: number }[] = []
  #running: Promise<void> = Promise.resolve()
  #stopped = false
  #n = 0

  constructor(shop: Db, books: number, everyMs: number) {
    this.#shop = shop
    this.#books = books
    this.#everyMs = everyMs
  }

  get changes(): number {
    return this.#n
  }

  start(): void {
    this.#running = this.#loop()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    await this.#running
  }

  /** A book that was changed within the last second. */
  recent(now = performance.now()): number | undefined {
    const one = this.#changed[Math.floor(Math.random() * this.#changed.length)]
    return one !== undefined && now - one.at < 1_000 ? one.id : undefined
  }

  async #loop(): Promise<void> {
    while (!this.#stopped) {
      const id = 1 + ((this.#n * 37) % this.#books)
      this.#n += 1
      await this.#shop.execute(
        'UPDATE books SET price = IF(price > 500, price - 0.01, price + 0.01), stock = IF(stock > 500, stock - 1, stock + 1), updated = NOW() WHERE id = ?',
        [id],
      )
      this.#changed.push({ id, at: performance.now() })
      while ((this.#changed[0]?.at ?? Number.POSITIVE_INFINITY) < performance.now() - 1_000) {
        this.#changed.shift()
      }
      await sleep(this.#everyMs)
    }
  }
}

/** Of 20 requests; so that each route is asked often enough. */
const mix = [
  ...Array.from({ length: 8 }, () => 'book'),
  ...['books', 'books', 'books', 'books', 'stock', 'stock', 'prices', 'prices'],
  ...['categories', 'categories', 'shelf', 'shelf'],
] as const

export async function read(options: ReadsOptions): Promise<ReadsDone> {
  const { edges: urls, books, run, total, atOnce, perSecond, writer, room } = options
  const edges = new Edges(urls)
  let asked = 0
  let failed = 0
  let ofChanged = 0
  const begun = performance.now()
  const shopper = async (): Promise<void> => {
    for (;;) {
      const n = asked++
      if (n >= total) return
      if (n % 100 === 0) await room?.()
      const due = begun + (n * 1_000) / perSecond
      const early = due - performance.now()
      if (early > 0) await sleep(early)
      const recent = writer !== undefined && n % 4 === 0 ? writer.recent() : undefined
      if (recent !== undefined) ofChanged += 1
      const path = pathOf(n, recent ?? 1 + ((n * 7919) % books), recent !== undefined)
      try {
        const headers = { 'x-request-id': `${run}-${n}` }
        const { status } = await edges.ask(n, { method: 'GET', path, headers })
        if (status !== 200) failed += 1
      } catch {
        failed += 1
      }
    }
  }
  await Promise.all(Array.from({ length: atOnce }, shopper))
  await edges.close()
  return { asked: total, failed, ofChanged }
}

function pathOf(n: number, id: number, changed: boolean): string {
  const route = mix[n % mix.length]
  if (route === 'stock') return `/api/books/${id}/stock`
  if (route === 'book' || changed) return `/api/books/${id}`
  if (route === 'prices') return `/api/books/${id}/prices`
  if (route === 'categories') return '/api/categories'
  if (route === 'shelf') return `/api/categories/shelf-${1 + (n % 4)}/books?page=${1 + (n % 3)}`
  return `/api/books?page=${1 + (n % 40)}&sort=${['newest', 'title', 'price'][n % 3]}`
}
