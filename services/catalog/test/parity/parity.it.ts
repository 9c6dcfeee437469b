import { expect } from 'chai'
import { suiteStack } from '../../../../scripts/src/stack/testing.ts'
import { alignInstants, withoutMessage } from '../../../kit/test/compare.ts'
import { type Case, reads, writes } from './cases.ts'
import { copies, shopRows, startTwins, type Twins } from './twins.ts'

const stack = {
  name: 'catalog-parity',
  only: ['monolith', 'services-db'],
  env: { monolith: { SHOP_JOB_INTERVAL_MS: '0' } },
} as const

describe('the catalog service beside the old shop', function () {
  this.timeout(60_000)
  const running = suiteStack(stack)
  let twins: Twins
  const names = new Map<string, string>()

  before(async () => {
    const seed = ['--books', '1200', '--users', '60', '--orders', '80']
    twins = await startTwins(await running.get(), seed)
  })
  after(() => twins?.stop())

  /** Puts the ids of what was made before into a case. */
  const filled = (one: Case): Case => {
    const text = JSON.stringify(one)
      .replace(/"\{(\w+)\}"/g, (whole, name: string) => names.get(name) ?? whole)
      .replace(/\{(new|second|category)\}/g, (whole, name: string) => names.get(name) ?? whole)
    return JSON.parse(text) as Case
  }
  const remember = (one: Case, json: unknown): void => {
    const id = String((json as { id?: unknown } | null)?.id)
    if (one.path === '/api/books') names.set(names.has('new') ? 'second' : 'new', id)
    if (one.path === '/api/categories' && !names.has('category')) names.set('category', id)
  }
  const title = (one: Case): string => {
    const body = one.body === undefined ? '' : ` ${JSON.stringify(one.body).slice(0, 90)}`
    return `${one.as}: ${one.method} ${one.path.slice(0, 60)}${body}`
  }

  describe('answers reads exactly alike', () => {
    for (const one of reads) {
      it(title(one), async () => {
        const answers = await twins.ask(one)
        expect(withoutMessage(answers.catalog)).to.deep.equal(withoutMessage(answers.shop))
      })
    }

    it('categories, their books in every order', async () => {
      const slugs = await twins.shop('categories').pluck<string[]>('slug')
      for (const slug of slugs.filter((_, at) => at % 7 === 0)) {
        for (const query of ['', '?sort=title&per_page=100', '?sort=price&q=th']) {
          const path = `/api/categories/${slug}/books${query}`
          const answers = await twins.ask({ as: 'nobody', method: 'GET', path })
          expect(answers.catalog, path).to.deep.equal(answers.shop)
        }
      }
    })
  })

  describe('answers writes alike', () => {
    for (const one of writes) {
      it(title(one), async () => {
        const { shop, catalog } = await twins.ask(filled(one))
        if (shop.status === 201) remember(one, shop.json)
        const aligned = { ...catalog, json: alignInstants(shop.json, catalog.json) }
        expect(withoutMessage(aligned)).to.deep.equal(withoutMessage(shop))
      })
    }

    for (const [table, select] of copies) {
      it(`and leaves the same rows in ${table}`, async () => {
        const stamps = /_at$/
        const plain = (rows: readonly Record<string, unknown>[]) =>
          rows.map((row) =>
            Object.fromEntries(Object.entries(row).filter(([name]) => !stamps.test(name))),
          )
        const keys =
          table === 'reservation'
            ? ['order_ref', 'product_id']
            : [table === 'inventory' ? 'product_id' : 'id']
        const ours: Record<string, unknown>[] = await twins.catalog(table).select().orderBy(keys)
        expect(plain(ours)).to.deep.equal(plain(await shopRows(twins.shop, select)))
      })
    }
  })
})
