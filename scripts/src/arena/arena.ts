/**
 * A whole migration under load, as one object: the stack, the seeded shop, the commands an engineer
 * would give, and the verdict. The demo shows it, the benches time it, the conviction tests break it.
 *
 * @module
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Side, TransferKind } from '@matapalo/core'
import { type Db, openDb, until } from '@matapalo/runtime'
import { type ComponentName, componentNames, type Stack, startStack } from '../stack/index.ts'
import { root } from '../stack/instance.ts'
import { run } from '../stack/run.ts'
import { check, type Verdict } from '../traffic/check.ts'
import type { Write } from '../traffic/ledger.ts'
import type { LoadOptions } from '../traffic/load.ts'
import { ownerStore } from '../traffic/ownerStore.ts'
import {
  type BackfillView,
  type Budgets,
  ControlClient,
  ControlRefused,
  type Gate,
  type Retirement,
  type TransferView,
} from './control.ts'
import { type DomainName, idleComponents } from './domains.ts'
import { Collector } from './figures.ts'
import { makeSystemAccount } from './systemAccount.ts'

export { type DomainName, domainNames } from './domains.ts'

export interface ArenaOptions {
  readonly instance: string
  /** Whose services run; the others' processes are not started. Default: catalog alone. */
  readonly domains?: readonly DomainName[]
  readonly books: number
  readonly users: number
  readonly orders: number
  /** CSV of real books, as the first of them. */
  readonly catalogue?: string | null
  readonly env?: Readonly<Partial<Record<ComponentName, Readonly<Record<string, string>>>>>
}

export interface WhatClientsKnow {
  readonly writes: readonly Write[]
  readonly ownPrices: ReadonlyMap<number, string>
}

/** What methods speak of when no domain is named. */
const first: DomainName = 'catalog'

/** Statements that a refusal tells an operator to run. */
const remedies = (message: string): readonly string[] =>
  [...message.matchAll(/(?:ALTER TABLE|GRANT) [^;]+;/g)].map(([statement]) => statement)

export class Arena {
  readonly stack: Stack
  readonly control: ControlClient
  /** The shop's schema, as its own application account. */
  readonly shop: Db
  readonly catalog: Db
  /** Lag of each marker, from every applier. */
  readonly lag: Collector
  readonly holds: Collector
  readonly options: ArenaOptions
  readonly #stores = new Map<string, Db>()
  #stockBefore: ReadonlyMap<number, number> = new Map()

  private constructor(stack: Stack, options: ArenaOptions) {
    this.stack = stack
    this.options = options
    const url = (name: string): URL => new URL(stack.urls[name] ?? '')
    this.control = new ControlClient(
      stack.urls['control-plane'] ?? '',
      stack.credentials.operatorToken,
    )
    this.shop = openDb({ url: url('monolith-db.bookshop'), poolSize: 4 })
    this.catalog = this.db('catalog')
    this.lag = new Collector([`${stack.urls.cdc}/lag`])
    this.holds = new Collector(this.edges.map((edge) => `${stack.urls[`${edge}.admin`]}/holds`))
  }

  static async open(options: ArenaOptions): Promise<Arena> {
    const { instance, env = {}, domains = [first] } = options
    const idle = idleComponents(domains)
    const only = componentNames.filter((name) => !idle.includes(name))
    return new Arena(await startStack({ instance, env, only }), options)
  }

  /** A service's schema, as its own application account. Storefront has none. */
  db(domain: Exclude<DomainName, 'storefront'>): Db {
    const known = this.#stores.get(domain)
    if (known !== undefined) return known
    const url = new URL(this.stack.urls[`services-db.${domain}`] ?? '')
    const db = openDb({ url, poolSize: 4 })
    this.#stores.set(domain, db)
    return db
  }

  get edges(): readonly ComponentName[] {
    return ['edge-1', 'edge-2']
  }

  /** Fills the shop. */
  async seed(): Promise<string> {
    const { books, users, orders, catalogue = null } = this.options
    const size = ['--books', books, '--users', users, '--orders', orders].map(String)
    const file = catalogue === null ? [] : ['--catalogue', catalogue]
    const said = await run(
      process.execPath,
      [join(root, 'monolith/src/seed/main.ts'), ...size, ...file],
      { env: { DATABASE_URL: this.stack.urls['monolith-db.bookshop_ddl'] ?? '' } },
    )
    await makeSystemAccount(this.shop, this.stack.credentials)
    return said
  }

  /** The stock that no logged movement explains; it must be the same at the end. */
  async rememberStock(): Promise<void> {
    this.#stockBefore = await ownerStore(this.shop, 'monolith').unexplainedStock()
  }

  /** Chooses how checkout takes stock: the shop's one setting. */
  seam(way: 'transaction' | 'reservations'): Promise<void> {
    return this.setting('checkout.stock', way)
  }

  /** A setting of the shop, read by it at each request. */
  async setting(name: string, value: string): Promise<void> {
    await this.shop.execute(
      'INSERT INTO settings (name, value) VALUES (?, ?) ON DUPLICATE KEY UPDATE value = VALUES(value)',
      [name, value],
    )
  }

  /** Everything before the first transfer, without traffic: seeded, backfilled and verified. */
  async setOut(): Promise<void> {
    await this.seed()
    await this.seam('reservations')
    await this.register()
    await this.prepare()
    await this.backfill()
    if (!(await this.verify())) throw new Error('the rows differ before any traffic')
    await this.watched()
  }

  /** Who else writes has been watched for long enough since `prepare`. */
  watched(domain: DomainName = first): Promise<void> {
    return this.passes('writers', domain)
  }

  /** @throws Error with the gate's own words when it has not opened within 30 seconds */
  async passes(name: string, domain: DomainName = first): Promise<void> {
    let last: Gate | undefined
    const passed = await until(
      async () => {
        last = (await this.gates(domain)).find(({ gate }) => gate === name)
        return last?.verdict === 'pass'
      },
      { timeoutMs: 30_000, everyMs: 500 },
    )
    if (passed === undefined) {
      throw new Error(`${domain}: the gate ${name} does not open: ${JSON.stringify(last)}`)
    }
  }

  /** What `matapalo explain` says. */
  async gates(domain: DomainName = first): Promise<readonly Gate[]> {
    const answer = await this.control.call<{ readonly gates: readonly Gate[] }>(
      'GET',
      `/v1/domains/${domain}/explain`,
    )
    return answer.gates
  }

  async register(domain: DomainName = first): Promise<void> {
    const file = `services/${domain}/manifest.yaml`
    const yaml = readFileSync(join(root, file), 'utf8')
    await this.control.call('POST', '/v1/domains', { yaml, file, actor: 'arena' })
  }

  async prepare(domain: DomainName = first): Promise<void> {
    await this.control.call('POST', `/v1/domains/${domain}/prepare`, { actor: 'arena' })
  }

  /** Runs what a refusal tells an operator to run on the shop's server. @returns the statements */
  async mend(refusal: unknown): Promise<readonly string[]> {
    const statements = refusal instanceof ControlRefused ? remedies(refusal.message) : []
    if (statements.length === 0) throw refusal
    const url = new URL(this.stack.urls['monolith-db.root'] ?? '')
    url.pathname = '/bookshop'
    const root = openDb({ url, poolSize: 1 })
    try {
      for (const statement of statements) await root.execute(statement)
    } finally {
      await root.close()
    }
    return statements
  }

  /** @returns milliseconds */
  async backfill(
    onProgress: (view: BackfillView) => void = () => {},
    domain: DomainName = first,
  ): Promise<number> {
    const begun = performance.now()
    const path = `/v1/domains/${domain}/backfill`
    await this.control.call('POST', path, { action: 'start', actor: 'arena' })
    const done = await until(
      async () => {
        const view = await this.control.backfill(domain)
        onProgress(view)
        return view.state === 'complete'
      },
      { timeoutMs: 600_000, everyMs: 1_000 },
    )
    if (done === undefined) throw new Error(`${domain}: no complete backfill within ten minutes`)
    return performance.now() - begun
  }

  /** @returns whether both sides hold equal rows */
  async verify(domain: DomainName = first): Promise<boolean> {
    const path = `/v1/domains/${domain}/verify`
    const answer = await this.control.call<{ outcome: string }>('POST', path, { actor: 'arena' })
    return answer.outcome === 'clean'
  }

  transfer(
    kind: TransferKind,
    reason: string,
    budgets: Budgets = {},
    domains: readonly DomainName[] = [first],
  ): Promise<TransferView> {
    return this.control.transfer(kind, domains, reason, budgets)
  }

  /**
   * Renames a domain's old tables, and drops them. The right to do so is granted when it is asked for.
   *
   * @returns statements that had to be run by hand
   */
  async decommission(domain: DomainName): Promise<readonly string[]> {
    const ran: string[] = []
    const path = `/v1/domains/${domain}/decommission`
    const without = ['reverseWindow', 'readers']
    const act = async (name: 'rename' | 'drop'): Promise<string> => {
      const body = { act: name, without, reason: 'arena', actor: 'arena' }
      const ask = () => this.control.call<{ readonly state: string }>('POST', path, body)
      try {
        return (await ask()).state
      } catch (refusal) {
        ran.push(...(await this.mend(refusal)))
        return (await ask()).state
      }
    }
    if ((await act('rename')) !== 'dropped') await act('drop')
    return ran
  }

  /** Takes the monolith out of the routes; `halt` its process afterwards. @returns what is proven */
  retire(): Promise<Retirement> {
    return this.control.call('POST', '/v1/monolith/retire', { reason: 'arena', actor: 'arena' })
  }

  /** A domain that is not registered yet is the monolith's. */
  async owner(domain: DomainName = first): Promise<Side> {
    try {
      return (await this.control.domain(domain)).owner
    } catch (error) {
      if (error instanceof ControlRefused && error.status === 404) return 'monolith'
      throw error
    }
  }

  /** Options of the traffic process for this stack. */
  loadOptions(load: Pick<LoadOptions, 'customers' | 'clerks' | 'rate'>): LoadOptions {
    return {
      ...load,
      edges: this.edges.map((edge) => this.stack.urls[edge] ?? ''),
      books: this.options.books,
      seed: 1,
    }
  }

  /** What the clients were told against what the owner holds; nothing may write meanwhile. */
  async verdict(known: WhatClientsKnow): Promise<Verdict> {
    const side = await this.owner()
    const db = side === 'monolith' ? this.shop : this.catalog
    return check({
      ...known,
      stockBefore: this.#stockBefore,
      store: ownerStore(db, side),
      monolith: this.shop,
    })
  }

  /** Runs of the scheduled job that the fence refused. */
  async refusedJobRuns(): Promise<number> {
    const [row] = await this.shop.query(
      "SELECT COUNT(*) AS n FROM job_runs WHERE outcome = 'refused'",
    )
    return Number(row?.n ?? 0)
  }

  async close(): Promise<void> {
    this.lag.stop()
    this.holds.stop()
    await Promise.all([this.shop, ...this.#stores.values()].map((db) => db.close()))
    await this.stack.stop()
  }
}
