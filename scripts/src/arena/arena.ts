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
import { type ComponentName, type Stack, startStack } from '../stack/index.ts'
import { root } from '../stack/instance.ts'
import { run } from '../stack/run.ts'
import { check, type Verdict } from '../traffic/check.ts'
import type { Write } from '../traffic/ledger.ts'
import type { LoadOptions } from '../traffic/load.ts'
import { ownerStore } from '../traffic/ownerStore.ts'
import {
  type Budgets,
  ControlClient,
  ControlRefused,
  type DomainView,
  type TransferView,
} from './control.ts'
import { Collector } from './figures.ts'

export interface ArenaOptions {
  readonly instance: string
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

const domain = 'catalog'

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
    this.catalog = openDb({ url: url('services-db.catalog'), poolSize: 4 })
    this.lag = new Collector([`${stack.urls.cdc}/lag`])
    this.holds = new Collector(this.edges.map((edge) => `${stack.urls[`${edge}.admin`]}/holds`))
  }

  static async open(options: ArenaOptions): Promise<Arena> {
    const { instance, env = {} } = options
    return new Arena(await startStack({ instance, env }), options)
  }

  get edges(): readonly ComponentName[] {
    return ['edge-1', 'edge-2']
  }

  /** Fills the shop and remembers its stock. */
  async seed(): Promise<string> {
    const { books, users, orders, catalogue = null } = this.options
    const size = ['--books', books, '--users', users, '--orders', orders].map(String)
    const file = catalogue === null ? [] : ['--catalogue', catalogue]
    return run(process.execPath, [join(root, 'monolith/src/seed/main.ts'), ...size, ...file], {
      env: { DATABASE_URL: this.stack.urls['monolith-db.bookshop_ddl'] ?? '' },
    })
  }

  /** The stock that no logged movement explains; it must be the same at the end. */
  async rememberStock(): Promise<void> {
    this.#stockBefore = await ownerStore(this.shop, 'monolith').unexplainedStock()
  }

  /** Chooses how checkout takes stock: the shop's one setting. */
  async seam(way: 'transaction' | 'reservations'): Promise<void> {
    await this.shop.execute(
      "INSERT INTO settings (name, value) VALUES ('checkout.stock', ?) ON DUPLICATE KEY UPDATE value = VALUES(value)",
      [way],
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
  async watched(): Promise<void> {
    const passed = await until(
      async () => {
        const { gates } = await this.control.call<{
          readonly gates: readonly { readonly gate: string; readonly verdict: string }[]
        }>('GET', `/v1/domains/${domain}/explain`)
        return gates.some(({ gate, verdict }) => gate === 'writers' && verdict === 'pass')
      },
      { timeoutMs: 30_000, everyMs: 500 },
    )
    if (passed === undefined) throw new Error('the gate writers does not pass')
  }

  async register(): Promise<void> {
    const file = `services/${domain}/manifest.yaml`
    const yaml = readFileSync(join(root, file), 'utf8')
    await this.control.call('POST', '/v1/domains', { yaml, file, actor: 'arena' })
  }

  async prepare(): Promise<void> {
    await this.control.call('POST', `/v1/domains/${domain}/prepare`, { actor: 'arena' })
  }

  /** @returns milliseconds */
  async backfill(onProgress: (view: DomainView) => void = () => {}): Promise<number> {
    const begun = performance.now()
    await this.control.call('POST', `/v1/domains/${domain}/backfill`, {
      action: 'start',
      actor: 'arena',
    })
    const done = await until(
      async () => {
        const view = await this.control.domain(domain)
        onProgress(view)
        return view.backfill.state === 'complete'
      },
      { timeoutMs: 600_000, everyMs: 1_000 },
    )
    if (done === undefined) throw new Error('the backfill did not complete within ten minutes')
    return performance.now() - begun
  }

  /** @returns whether both sides hold equal rows */
  async verify(): Promise<boolean> {
    const answer = await this.control.call<{ outcome: string }>(
      'POST',
      `/v1/domains/${domain}/verify`,
      { actor: 'arena' },
    )
    return answer.outcome === 'clean'
  }

  transfer(kind: TransferKind, reason: string, budgets: Budgets = {}): Promise<TransferView> {
    return this.control.transfer(kind, [domain], reason, budgets)
  }

  /** A domain that is not registered yet is the monolith's. */
  async owner(): Promise<Side> {
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
    await Promise.all([this.shop.close(), this.catalog.close()])
    await this.stack.stop()
  }
}
