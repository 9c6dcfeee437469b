/**
 * Many sessions at once, with think time, at a steady rate.
 *
 * @module
 */
import { meetAccount } from './account.ts'
import { emptyCart } from './basket.ts'
import { BearerCredential } from './bearer.ts'
import { buyByTransfer, buyOddly, cards } from './checkout.ts'
import { codeLogin } from './codeLogin.ts'
import { CookieCredential } from './credential.ts'
import { actAsCustomer, type Customer } from './customer.ts'
import { Edges } from './edges.ts'
import { type LastState, WriteLedger } from './ledger.ts'
import { OpenOrders } from './openOrders.ts'
import { createOwnBook, type OwnBook } from './ownBook.ts'
import { OwnCart } from './ownCart.ts'
import { createRandom } from './random.ts'
import type { Session } from './session.ts'
import { customerMix, pickAction } from './shopCustomer.ts'
import { Shopper, type ShopperPorts } from './shopper.ts'
import { clerkMix, type ShopClerk } from './shopStaff.ts'
import { actAsClerk, type Clerk } from './staff.ts'
import { Tally } from './tally.ts'
import { visit } from './visitor.ts'

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
  /** `catalog`: mostly books. `shop`: all domains, half the sessions with tokens. Default: `catalog`. */
  readonly mix?: 'catalog' | 'shop'
}

/** Requests that one action makes, on average; think time is derived from it. */
const requestsPerAction = { customer: 1.22, clerk: 1.54 }
const requestsPerShopAction = { customer: 1.62, clerk: 1.6 }
/** Visitors that register, per customer's action. */
const visitors = 0.008

/** Sessions that begin together. */
const atOnce = 6

/** What a session is asked to do out of its turn. */
interface Nudge {
  wanted: (() => Promise<void>) | undefined
  wake: () => void
}

export class Load {
  readonly tally = new Tally()
  readonly ledger = new WriteLedger()
  readonly #options: LoadOptions
  readonly #edges: Edges
  readonly #customers: Customer[] = []
  readonly #clerks: Clerk[] = []
  readonly #sessions: Session[] = []
  readonly #shopClerks: ShopClerk[] = []
  readonly #nudges = new Map<Session, Nudge>()
  readonly #openOrders = new OpenOrders()
  readonly #running: Promise<void>[] = []
  #visits = 0
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
    await (this.#options.mix === 'shop' ? this.#prepareShop() : this.#prepareCatalog())
  }

  async #prepareCatalog(): Promise<void> {
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

  async #prepareShop(): Promise<void> {
    const { customers, clerks } = this.#options
    const [first, ...others] = await this.#enterAll('staff', clerks, 0)
    if (first === undefined) throw new TypeError('at least one clerk is needed')
    for (const shopper of [first, ...others]) {
      this.#shopClerks.push({ ...(await this.#settle(shopper, first)), spare: [] })
    }
    const entered = await this.#enterAll('customer', customers, 1000)
    for (let n = 0; n < entered.length; n += atOnce) {
      const some = entered.slice(n, n + atOnce).map((shopper) => this.#settle(shopper, first))
      this.#sessions.push(...(await Promise.all(some)))
    }
  }

  /** A few at a time: nobody opens a shop for all in the same second. */
  async #enterAll(kind: 'staff' | 'customer', count: number, seed: number): Promise<Shopper[]> {
    const entered: Shopper[] = []
    const numbers = Array.from({ length: count }, (_, at) => at + 1)
    for (let n = 0; n < count; n += atOnce) {
      const some = numbers.slice(n, n + atOnce)
      entered.push(
        ...(await Promise.all(some.map((one) => this.#enter(kind, one, this.#ports(seed + one))))),
      )
    }
    return entered
  }

  /** Every second session has tokens, the others a cookie. */
  async #enter(kind: 'staff' | 'customer', n: number, ports: ShopperPorts): Promise<Shopper> {
    const name = `${kind === 'staff' ? 'clerk' : 'customer'}${n}`
    const login = { email: `${kind}${n}@bookshop.test`, password: `secret-${n}` }
    if (n % 2 === 0) {
      const tokens = await codeLogin(this.#edges, 0, login)
      return new Shopper(name, n, ports, new BearerCredential(name, n, ports, tokens))
    }
    const shopper = new Shopper(name, n, ports)
    await this.#mustLogIn(shopper, login.email, login.password)
    return shopper
  }

  async #settle(shopper: Shopper, creator: Shopper): Promise<Session> {
    const cart = new OwnCart()
    const account = await meetAccount(shopper)
    await emptyCart(shopper, cart)
    const book = await createOwnBook(creator, shopper.name)
    const { books } = this.#options
    const openOrders = this.#openOrders
    return { shopper, book, books, account, cart, orders: [], tickets: [], openOrders }
  }

  async #mustLogIn(shopper: Shopper, email: string, password: string): Promise<void> {
    if ((await shopper.login(email, password)) === undefined) {
      throw new Error(`${email} cannot log in: seed the bookshop with enough users first`)
    }
  }

  start(): void {
    this.tally.begin()
    const { customers, clerks, rate } = this.#options
    const perSession = rate / (customers + clerks)
    const think = (requests: number): number => (requests / perSession) * 1000
    for (const customer of this.#customers) {
      this.#run(customer.shopper, think(requestsPerAction.customer), () => actAsCustomer(customer))
    }
    for (const clerk of this.#clerks) {
      this.#run(clerk.shopper, think(requestsPerAction.clerk), () => actAsClerk(clerk))
    }
    for (const session of this.#sessions) {
      const { random } = session.shopper.ports
      const mix = customerMix(session.shopper.credential.kind)
      const act = async (): Promise<void> => {
        if (random.next() < visitors) await this.#welcome(session.shopper.ports)
        else await pickAction(mix, random)(session)
      }
      this.#run(session.shopper, think(requestsPerShopAction.customer), act, this.#nudge(session))
    }
    for (const clerk of this.#shopClerks) {
      const mix = clerkMix(clerk)
      const act = async (): Promise<void> => {
        await pickAction(mix, clerk.shopper.ports.random)(clerk)
      }
      this.#run(clerk.shopper, think(requestsPerShopAction.clerk), act)
    }
  }

  #nudge(session: Session): Nudge {
    const nudge: Nudge = { wanted: undefined, wake: () => undefined }
    this.#nudges.set(session, nudge)
    return nudge
  }

  #welcome(ports: ShopperPorts): Promise<void> {
    this.#visits += 1
    return visit({ name: `visitor${this.#visits}`, turn: this.#visits, ports })
  }

  /** Open loop: the next action is due think time after the last one *began*. */
  #run(shopper: Shopper, thinkMs: number, act: () => Promise<void>, nudge?: Nudge): void {
    const { random } = shopper.ports
    const pause = (ms: number): Promise<void> =>
      new Promise((done) => {
        const timer = setTimeout(done, ms)
        if (nudge === undefined) return
        nudge.wake = () => {
          clearTimeout(timer)
          done()
        }
      })
    const loop = async (): Promise<void> => {
      let due = performance.now() + random.next() * thinkMs
      while (!this.#stopped) {
        const wait = due - performance.now()
        if (wait > 0 && nudge?.wanted === undefined) await pause(wait)
        if (this.#stopped) return
        const wanted = nudge?.wanted
        if (nudge !== undefined) nudge.wanted = undefined
        await (wanted ?? act)()
        due = Math.max(due + random.wait(thinkMs), performance.now())
      }
    }
    this.#running.push(loop())
  }

  /**
   * Customers buy at once, in ways whose payment stays open: cards that say nothing for a while, and
   * transfers that nobody has sent yet.
   *
   * @returns how many of them have an order when all were answered
   */
  async rush(customers: number): Promise<number> {
    const chosen = [...this.#nudges].slice(0, customers)
    const placed = await Promise.all(
      chosen.map(
        ([session, nudge], at) =>
          new Promise<boolean>((done) => {
            nudge.wanted = async () => {
              const bought =
                at % 2 === 0 ? buyOddly(session, cards.calledBack) : buyByTransfer(session)
              done(await bought)
            }
            nudge.wake()
          }),
      ),
    )
    return placed.filter(Boolean).length
  }

  /** All sessions with tokens renew them within this time. */
  hurry(withinMs: number): void {
    for (const { shopper } of [...this.#sessions, ...this.#shopClerks]) {
      const { credential } = shopper
      if (credential instanceof BearerCredential) credential.hurry(withinMs)
    }
  }

  /** How many sessions have lasted since {@link prepare}, by kind. */
  lasting(): { readonly cookies: number; readonly bearers: number } {
    const live = [...this.#sessions, ...this.#shopClerks].filter(
      ({ shopper }) => shopper.credential.live,
    )
    const cookies = live.filter(({ shopper }) => shopper.credential instanceof CookieCredential)
    return { cookies: cookies.length, bearers: live.length - cookies.length }
  }

  /** Lets every session finish what it is doing. */
  async stop(): Promise<void> {
    this.#stopped = true
    for (const { wake } of this.#nudges.values()) wake()
    await Promise.all(this.#running)
    await this.#edges.close()
  }

  /** Last acknowledged price of each private book, where it is certain. */
  ownPrices(): ReadonlyMap<number, string> {
    const all: readonly { readonly book: OwnBook }[] = [
      ...this.#customers,
      ...this.#clerks,
      ...this.#sessions,
      ...this.#shopClerks,
    ]
    return new Map(
      all.flatMap(({ book }) =>
        book.price.certain === undefined ? [] : [[book.id, book.price.certain] as const],
      ),
    )
  }

  /** What each session wrote last, where it is certain and its own. */
  lastStates(): readonly LastState[] {
    const own = (value: string | undefined, prefix: string): string | undefined =>
      value?.startsWith(prefix) === true ? value : undefined
    return [...this.#sessions, ...this.#shopClerks].flatMap(({ account, cart }): LastState[] => {
      const { userId } = account
      const all = [
        ['street', own(account.street.certain, 'street-')],
        ['mark', own(account.mark.certain, 'mark-')],
        ['cart', cart.certain],
      ] as const
      return all.flatMap(([what, value]) => (value === undefined ? [] : [{ what, userId, value }]))
    })
  }
}
