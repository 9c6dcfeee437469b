/**
 * Many sessions at once, with think time, at a steady rate.
 *
 * @module
 */
import { actAsCustomer, type Customer } from './customer.ts'
import { Edges } from './edges.ts'
import { WriteLedger } from './ledger.ts'
import { createOwnBook } from './ownBook.ts'
import { createRandom } from './random.ts'
import { Shopper, type ShopperPorts } from './shopper.ts'
import { actAsClerk, type Clerk } from './staff.ts'
import { Tally } from './tally.ts'

export interface LoadOptions {
  /** Base URLs of the edges. */
  readonly edges: readonly string[]
  readonly customers: number
  readonly clerks: number
  /** Requests a second, all sessions together, as long as answers come at once. */
  readonly rate: number
  /** Highest seeded book id. */
  readonly books: number
  readonly seed: number
}

/** Requests that one action makes, on average; think time is derived from it. */
const requestsPerAction = { customer: 1.22, clerk: 1.54 }

export class Load {
  readonly tally = new Tally()
  readonly ledger = new WriteLedger()
  readonly #options: LoadOptions
  readonly #edges: Edges
  readonly #customers: Customer[] = []
  readonly #clerks: Clerk[] = []
  readonly #running: Promise<void>[] = []
  #stopped = false

  constructor(options: LoadOptions) {
    this.#options = options
    this.#edges = new Edges(options.edges)
  }

  #ports(seed: number): ShopperPorts {
    return {
      edges: this.#edges,
      ledger: this.ledger,
      tally: this.tally,
      random: createRandom(this.#options.seed * 7919 + seed),
    }
  }

  /** Logs everybody in and creates their private books. */
  async prepare(): Promise<void> {
    const { customers, clerks, books } = this.#options
    for (let n = 1; n <= clerks; n += 1) {
      const shopper = new Shopper(`clerk${n}`, n, this.#ports(n))
      await this.#mustLogIn(shopper, `staff${n}@bookshop.test`, `secret-${n}`)
      this.#clerks.push({ shopper, book: await createOwnBook(shopper, shopper.name), spare: [] })
    }
    const [first] = this.#clerks
    if (first === undefined) throw new TypeError('at least one clerk is needed')
    for (let n = 1; n <= customers; n += 1) {
      const shopper = new Shopper(`customer${n}`, n, this.#ports(1000 + n))
      const email = `customer${n}@bookshop.test`
      const password = `secret-${n}`
      await this.#mustLogIn(shopper, email, password)
      const book = await createOwnBook(first.shopper, shopper.name)
      this.#customers.push({ shopper, email, password, book, books })
    }
  }

  async #mustLogIn(shopper: Shopper, email: string, password: string): Promise<void> {
    if ((await shopper.login(email, password)) === undefined) {
      throw new Error(`${email} cannot log in: seed the bookshop with enough users first`)
    }
  }

  start(): void {
    this.tally.begin()
    const sessions = this.#customers.length + this.#clerks.length
    const perSession = this.#options.rate / sessions
    for (const customer of this.#customers) {
      const think = (requestsPerAction.customer / perSession) * 1000
      this.#run(customer.shopper, think, () => actAsCustomer(customer))
    }
    for (const clerk of this.#clerks) {
      const think = (requestsPerAction.clerk / perSession) * 1000
      this.#run(clerk.shopper, think, () => actAsClerk(clerk))
    }
  }

  /** Open loop: the next action is due think time after the last one *began*. */
  #run(shopper: Shopper, thinkMs: number, act: () => Promise<void>): void {
    const { random } = shopper.ports
    const loop = async (): Promise<void> => {
      let due = performance.now() + random.next() * thinkMs
      while (!this.#stopped) {
        const wait = due - performance.now()
        if (wait > 0) await new Promise((done) => setTimeout(done, wait))
        if (this.#stopped) return
        await act()
        due = Math.max(due + random.wait(thinkMs), performance.now())
      }
    }
    this.#running.push(loop())
  }

  /** Lets every session finish what it is doing. */
  async stop(): Promise<void> {
    this.#stopped = true
    await Promise.all(this.#running)
    await this.#edges.close()
  }

  /** Last acknowledged price of each private book, where it is certain. */
  ownPrices(): ReadonlyMap<number, string> {
    const all = [...this.#customers, ...this.#clerks].map((one) => one.book)
    return new Map(
      all.flatMap((book) =>
        book.price.certain === undefined ? [] : [[book.id, book.price.certain] as const],
      ),
    )
  }
}
