import { sleep, until } from '@matapalo/runtime'
import { expect } from 'chai'
import { Arena, type DomainName, domainNames } from '../../src/arena/arena.ts'
import { ControlRefused } from '../../src/arena/control.ts'
import { pendingPayments, unfinished } from '../../src/demo/pending.ts'
import { testInstance } from '../../src/stack/testing.ts'
import { ownerStore } from '../../src/traffic/ownerStore.ts'
import { Traffic, type TrafficResult } from '../../src/traffic/trafficProcess.ts'
import { checkShop, type Owner } from '../../src/traffic/verdict/checkShop.ts'

/** A busy machine drains and catches up slowly; the manifests' own budgets would unwind. */
const budgets = { drainMs: 4_000, catchUpMs: 4_000 }
/** Between transfers: tokens of 30 s are renewed across each of them. */
const dwellMs = 4_000

describe('the whole shop leaves the monolith', function () {
  this.timeout(900_000)
  let arena: Arena
  let traffic: Traffic
  let stock: ReadonlyMap<number, number>
  let end: TrafficResult

  /** What no client may notice, told with its examples when one did. */
  const nothingNoticed = async (): Promise<void> => {
    const { failures, stale, turnedAway } = await traffic.progress()
    const told = [...failures, ...stale, ...turnedAway].map(({ at, what }) => `${at} ms: ${what}`)
    expect(told).to.deep.equal([])
  }

  /** A busy machine may need another attempt: one that unwinds is not noticed either. */
  const transferred = async (
    kind: 'cutover' | 'rollback',
    domains: readonly DomainName[],
  ): Promise<void> => {
    let why = ''
    const done = await until(
      async () => {
        try {
          const view = await arena.transfer(kind, 'test', budgets, domains)
          why = JSON.stringify(view.error)
          return view.outcome === 'completed'
        } catch (error) {
          if (!(error instanceof ControlRefused)) throw error
          why = error.message
          return false
        }
      },
      { timeoutMs: 60_000, everyMs: 2_000 },
    )
    expect(done, why).to.equal(true)
  }

  const move = async (
    kind: 'cutover' | 'rollback',
    ...domains: readonly DomainName[]
  ): Promise<void> => {
    if (domains.includes('orders')) await traffic.rush(10)
    await traffic.hurry(2_000)
    await transferred(kind, domains)
    await sleep(dwellMs)
    await nothingNoticed()
  }

  before(async () => {
    arena = await Arena.open({
      instance: testInstance('whole'),
      domains: domainNames,
      books: 1_000,
      users: 700,
      orders: 500,
    })
    await arena.seed()
    await arena.seam('reservations')
    await arena.setting('pages.write', 'api')
    for (const domain of domainNames) await arena.register(domain)
    traffic = new Traffic({
      ...arena.loadOptions({ customers: 20, clerks: 6, rate: 30 }),
      mix: 'shop',
    })
    await traffic.prepare()
    stock = await ownerStore(arena.shop, 'monolith').unexplainedStock()
  })

  after(async () => {
    traffic?.kill()
    await arena?.close()
  })

  it('prepares, when the cascade that no feed sees was mended as the refusal says', async () => {
    const refusal = await arena.prepare('support').then(
      () => undefined,
      (error: unknown) => error,
    )
    expect(refusal).to.be.instanceOf(ControlRefused)
    expect(await arena.mend(refusal)).to.have.length(1)
    for (const domain of domainNames) await arena.prepare(domain)
    await traffic.start()
    for (const domain of domainNames.slice(0, 4)) {
      await arena.backfill(undefined, domain)
      expect(await arena.verify(domain), domain).to.equal(true)
    }
    for (const domain of domainNames) await arena.watched(domain)
    await nothingNoticed()
  })

  it('moves the catalogue', () => move('cutover', 'catalog'))

  it('moves the accounts, there and back and there', async () => {
    await move('cutover', 'users')
    await move('rollback', 'users')
    await move('cutover', 'users')
  })

  it('moves orders and support at once, there and back and there', async () => {
    await move('cutover', 'orders', 'support')
    await move('rollback', 'orders', 'support')
    // Cards that were asked at the service: the monolith takes what their provider tells now.
    const untold = async () => (await pendingPayments(arena.db('orders'), 'service')).callbacks
    await until(async () => (await untold()) === 0, { timeoutMs: 20_000, everyMs: 200 })
    expect(await untold()).to.equal(0)
    await move('cutover', 'orders', 'support')
  })

  it('moves the catalogue back and out again under services that use it', async () => {
    await move('rollback', 'catalog')
    await move('cutover', 'catalog')
  })

  it('moves the pages, there and back and there', async () => {
    await move('cutover', 'storefront')
    await move('rollback', 'storefront')
    await move('cutover', 'storefront')
  })

  it('holds equal rows on both sides', async () => {
    for (const domain of domainNames.slice(0, 4)) {
      expect(await arena.verify(domain), domain).to.equal(true)
    }
  })

  it('does without the old tables, and without the monolith', async () => {
    for (const domain of ['support', 'orders', 'users', 'catalog', 'storefront'] as const) {
      await arena.decommission(domain)
    }
    await arena.retire()
    await arena.stack.halt('monolith')
    const shop = arena.stack.urls['edge-1'] ?? ''
    const page = await fetch(`${shop}/`)
    expect([page.status, (await page.text()).includes('</html>')]).to.deep.equal([200, true])
    expect((await fetch(`${shop}/nothing/here`)).status).to.equal(404)
    await sleep(dwellMs)
    await nothingNoticed()
  })

  it('has logged nobody out, and lost, doubled or aged nothing', async () => {
    end = await traffic.stop()
    expect(end.lasting).to.deep.equal({ cookies: 13, bearers: 13 })
    await until(async () => (await unfinished(arena.db('orders'), 'service')) === 0, {
      timeoutMs: 30_000,
      everyMs: 200,
    })
    const owner = (domain: Exclude<DomainName, 'storefront'>): Owner => ({
      db: arena.db(domain),
      side: 'service',
    })
    const verdict = await checkShop({
      ...end,
      ownPrices: new Map(end.ownPrices),
      stockBefore: stock,
      owners: {
        catalog: owner('catalog'),
        users: owner('users'),
        orders: owner('orders'),
        support: owner('support'),
      },
      jobs: arena.shop,
    })
    expect(verdict.examples).to.deep.equal([])
    expect(verdict).to.include({ lostWrites: 0, doubledWrites: 0, stockConserved: true })
    expect(end.summary).to.include({ failedRequests: 0, staleReads: 0, forcedLogouts: 0 })
    expect(end.summary.refreshes).to.be.greaterThan(20)
  })
})
