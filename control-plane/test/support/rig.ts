/**
 * Both databases, the feed between them and a real control plane, with the catalog domain backfilled
 * and verified; a fake edge instead of edges and traffic.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Side, type StepName, stepNames } from '@matapalo/core'
import { type Db, openDb, until } from '@matapalo/runtime'
import { expect } from 'chai'
import { type Stack, startStack } from '../../../scripts/src/stack/index.ts'
import { testInstance } from '../../../scripts/src/stack/testing.ts'
import type { TransferReport } from '../../src/report.ts'
import { FakeEdge } from './fakeEdge.ts'

const root = join(import.meta.dirname, '../../..')
const books = 30

export interface Answered<T> {
  readonly status: number
  readonly body: T
}

export class Rig {
  readonly stack: Stack
  readonly edge: FakeEdge
  readonly monolith: Db
  readonly service: Db
  readonly conductor: Readonly<Record<Side, Db>>
  readonly ledger: Db

  private constructor(stack: Stack) {
    this.stack = stack
    const db = (name: string): Db => openDb({ url: new URL(stack.urls[name] ?? ''), poolSize: 4 })
    this.monolith = db('monolith-db.bookshop')
    this.service = db('services-db.catalog')
    this.conductor = {
      monolith: db('monolith-db.matapalo_conductor'),
      service: db('services-db.matapalo_conductor'),
    }
    this.ledger = db('services-db.ledger')
    this.edge = new FakeEdge('edge-a', this.url, stack.credentials.edgeToken)
  }

  get url(): string {
    return this.stack.urls['control-plane'] ?? ''
  }

  static async open(name: string): Promise<Rig> {
    const only = ['connect', 'cdc', 'control-plane'] as const
    return new Rig(await startStack({ instance: testInstance(name), only }))
  }

  async api<T>(method: string, path: string, body?: unknown, url = this.url): Promise<Answered<T>> {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.stack.credentials.operatorToken}`,
        'content-type': 'application/json',
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    return { status: response.status, body: (await response.json()) as T }
  }

  async must<T = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<T> {
    const answer = await this.api<T>(method, path, body)
    expect(answer.status, JSON.stringify(answer.body)).to.be.lessThan(300)
    return answer.body
  }

  async seed(): Promise<void> {
    for (let id = 1; id <= books; id += 1)
      await this.monolith.execute(
        `INSERT INTO books (id, title, author, price, status, stock, is_featured, created, updated)
         VALUES (?, ?, 'A', 10.50, 'A', 10, 0, NOW(), NOW())`,
        [id, `Book ${id}`],
      )
  }

  async register(): Promise<void> {
    const file = 'services/catalog/manifest.yaml'
    await this.must('POST', '/v1/domains', { yaml: readFileSync(join(root, file), 'utf8'), file })
  }

  /** Seeded, registered, prepared, backfilled and verified. */
  async migrate(): Promise<void> {
    await this.seed()
    await this.register()
    await this.must('POST', '/v1/domains/catalog/prepare', {})
    await this.must('POST', '/v1/domains/catalog/backfill', { action: 'start' })
    const complete = await until(async () => (await this.status()).backfill.state === 'complete', {
      timeoutMs: 60_000,
      everyMs: 200,
    })
    expect(complete, 'the backfill completes').to.equal(true)
    await this.verify()
  }

  async verify(): Promise<void> {
    const { outcome } = await this.must<{ outcome: string }>(
      'POST',
      '/v1/domains/catalog/verify',
      {},
    )
    expect(outcome).to.equal('clean')
  }

  status() {
    return this.must<{
      owner: Side
      phase: string
      hold: boolean
      frozen: string | null
      backfill: { state: string }
      whyNot: string[]
    }>('GET', '/v1/domains/catalog')
  }

  /** Starts the transfer that the owner allows; the control plane may be killed on the way. */
  async begin(): Promise<number> {
    const kind = (await this.owner()) === 'monolith' ? 'cutover' : 'rollback'
    await this.passable(kind)
    const { id } = await this.must<{ id: number }>('POST', '/v1/transfers', {
      kind,
      domains: ['catalog'],
      without: ['parity'],
      actor: 'test',
    })
    return id
  }

  /** Feeds need a heartbeat or two after a restart before the gates pass. */
  async passable(kind: string): Promise<void> {
    let last: unknown
    const open = await until(
      async () => {
        const answer = await this.api<{ gates: { verdict: string; line: string }[] }>(
          'GET',
          '/v1/domains/catalog/explain',
        ).catch(() => undefined)
        last = answer?.body.gates?.filter(
          ({ verdict }) => !['pass', 'unknown', 'not configured'].includes(verdict),
        )
        return answer?.status === 200 && (last as unknown[]).length === 0
      },
      { timeoutMs: 20_000, everyMs: 200 },
    )
    expect(open, `the gates of ${kind}: ${JSON.stringify(last)}`).to.equal(true)
  }

  async ended(id: number): Promise<TransferReport> {
    const ended = await until(
      async () => {
        const answer = await this.api<TransferReport>('GET', `/v1/transfers/${id}`).catch(
          () => undefined,
        )
        return answer?.status === 200 && answer.body.state !== 'running' ? answer.body : undefined
      },
      { timeoutMs: 30_000, everyMs: 100 },
    )
    if (ended === undefined) throw new Error(`transfer ${id} has not ended within 30 s`)
    return ended
  }

  async transfer(): Promise<TransferReport> {
    return this.ended(await this.begin())
  }

  async owner(): Promise<Side> {
    const [row] = await this.ledger.query("SELECT owner FROM domain WHERE name = 'catalog'")
    return row?.owner as Side
  }

  /** One write at each side, as the application; the number of an SQL error, or null. */
  async writers(): Promise<Record<Side, number | null>> {
    const attempt = (work: Promise<unknown>): Promise<number | null> =>
      work.then(
        () => null,
        (error: { errno?: number }) => error.errno ?? -1,
      )
    return {
      monolith: await attempt(
        this.monolith.execute('UPDATE books SET stock = stock + 1 WHERE id = 1'),
      ),
      service: await attempt(
        this.service.execute('UPDATE inventory SET quantity = quantity + 1 WHERE product_id = 1'),
      ),
    }
  }

  /** Exactly the owner may write, nothing is held, and both sides hold equal rows. */
  async settled(): Promise<void> {
    const owner = await this.owner()
    const status = await this.status()
    expect(status.hold).to.equal(false)
    expect(await this.writers()).to.deep.equal({
      monolith: owner === 'monolith' ? null : 1644,
      service: owner === 'service' ? null : 1644,
    })
    await this.verify()
    const held = await until(() => this.edge.table?.domains[0]?.hold === false, { timeoutMs: 5000 })
    expect(held, 'the edge holds nothing').to.equal(true)
    expect(this.edge.table?.domains[0]?.owner).to.equal(owner)
  }

  async restart(env: Readonly<Record<string, string>>): Promise<void> {
    await this.stack.restart('control-plane', env)
  }

  async close(): Promise<void> {
    await this.edge.stop()
    const dbs = [this.monolith, this.service, this.ledger, ...Object.values(this.conductor)]
    await Promise.all(dbs.map((db) => db.close()))
    await this.stack.stop()
  }
}

export const faults = (value: object): Readonly<Record<string, string>> => ({
  MATAPALO_TEST_FAULTS: '1',
  CONTROL_FAULTS: JSON.stringify(value),
})

export const committedFrom = (step: StepName, point: 'before' | 'after'): boolean => {
  const at = stepNames.indexOf(step)
  const commit = stepNames.indexOf('switchOwner')
  return at > commit || (at === commit && point === 'after')
}
