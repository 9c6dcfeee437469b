import { expect } from 'chai'
import { suiteStack } from '../../../../scripts/src/stack/testing.ts'
import { alignInstants, withoutMessage } from '../../../kit/test/compare.ts'
import { secret } from '../running.ts'
import { type Case, reads, writes } from './cases.ts'
import { copies, keys } from './copies.ts'
import { shopRows, startTwins, type Twins } from './twins.ts'

const stack = {
  name: 'orders-parity',
  only: ['monolith', 'services-db'],
  env: { monolith: { SHOP_JOB_INTERVAL_MS: '0', SHOP_DOOR_URL: '', SHOP_PROVIDER_SECRET: secret } },
} as const

describe('the orders service beside the old shop', function () {
  this.timeout(60_000)
  const running = suiteStack(stack)
  let twins: Twins
  const names = new Map<string, string>()

  before(async () => {
    const seed = ['--books', '400', '--users', '30', '--orders', '200']
    twins = await startTwins(await running.get(), seed)
    const ofUser = (which: '=' | '<>') =>
      twins.orders('order').where('user_id', which, twins.idOf.customer).orderBy('id').first('id')
    names.set('own', String((await ofUser('='))?.id))
    names.set('others', String((await ofUser('<>'))?.id))
  })
  after(() => twins?.stop())

  const filled = (one: Case): Case =>
    JSON.parse(
      JSON.stringify(one).replace(
        /\{(own|others|new)\}/g,
        (all, name: string) => names.get(name) ?? all,
      ),
    ) as Case
  const title = (one: Case): string => {
    const body = one.body === undefined ? '' : ` ${JSON.stringify(one.body).slice(0, 90)}`
    return `${one.as}: ${one.method} ${one.path.slice(0, 60)}${body}`
  }

  describe('answers reads exactly alike', () => {
    for (const one of reads) {
      it(title(one), async () => {
        const answers = await twins.ask(filled(one))
        expect(withoutMessage(answers.service)).to.deep.equal(withoutMessage(answers.shop))
      })
    }
  })

  describe('answers writes alike', () => {
    for (const one of writes) {
      it(title(one), async () => {
        const { shop, service } = await twins.ask(filled(one))
        if (shop.status === 201 && one.path === '/api/orders') {
          names.set('new', String((shop.json as { id: number }).id))
        }
        const aligned = { ...service, json: alignInstants(shop.json, service.json) }
        expect(withoutMessage(aligned)).to.deep.equal(withoutMessage(shop))
      })
    }

    it('and has sold in every way that there is', async () => {
      const made: string[] = await twins
        .orders('order')
        .where('reference', 'like', 'p-%')
        .orderBy('id')
        .pluck('reference')
      expect(made).to.deep.equal(['p-1', 'p-3', 'p-4', 'p-5', 'p-6', 'p-7', 'p-8'])
    })

    for (const [table, select] of copies) {
      it(`and leaves the same rows in ${table}`, async () => {
        const plain = (rows: readonly Record<string, unknown>[]) =>
          rows.map((row) =>
            Object.fromEntries(Object.entries(row).filter(([name]) => !/_at$/.test(name))),
          )
        const ours: Record<string, unknown>[] = await twins
          .orders(table)
          .select()
          .orderBy([...(keys[table] ?? ['id'])])
        expect(plain(ours)).to.deep.equal(plain(await shopRows(twins.shop, select)))
      })
    }
  })
})
