import { expect } from 'chai'
import { suiteStack } from '../../../../scripts/src/stack/testing.ts'
import { alignInstants, withoutMessage } from '../../../kit/test/compare.ts'
import { type Case, cases } from './cases.ts'
import { copies, shopRows, startTwins, type Twins } from './twins.ts'

const stack = {
  name: 'support-parity',
  only: ['monolith', 'services-db'],
  env: { monolith: { SHOP_JOB_INTERVAL_MS: '0' } },
} as const

describe('the support service beside the old shop', function () {
  this.timeout(60_000)
  const running = suiteStack(stack)
  let twins: Twins

  before(async () => {
    const seed = ['--books', '60', '--users', '20', '--orders', '80']
    twins = await startTwins(await running.get(), seed)
  })
  after(() => twins?.stop())

  /** Puts the ids of what was made before into a case: `"{order}"` becomes a number. */
  const filled = (one: Case): Case => {
    const text = JSON.stringify(one)
      .replace(/"\{orderText\}"/g, () => `"${twins.names.get('order')}"`)
      .replace(/"\{(\w+)\}"/g, (whole, name: string) => twins.names.get(name) ?? whole)
      .replace(
        /\{(ticket|second|theirs)\}/g,
        (whole, name: string) => twins.names.get(name) ?? whole,
      )
    return JSON.parse(text) as Case
  }
  const title = (one: Case): string => {
    const body = one.body === undefined ? '' : ` ${JSON.stringify(one.body).slice(0, 90)}`
    return `${one.as}: ${one.method} ${one.path}${body}`
  }

  describe('answers alike', () => {
    for (const one of cases) {
      it(title(one), async () => {
        const { shop, service } = await twins.ask(filled(one))
        if (one.names !== undefined) {
          twins.names.set(one.names, String((shop.json as { id: number }).id))
        }
        const aligned = { ...service, json: alignInstants(shop.json, service.json) }
        expect(withoutMessage(aligned)).to.deep.equal(withoutMessage(shop))
      })
    }

    it('deletes a ticket with its messages', async () => {
      const one = { as: 'staff', method: 'DELETE', path: '/api/tickets/{theirs}' } as const
      const { shop, service } = await twins.ask(filled(one))
      expect(service.status).to.equal(shop.status)
    })

    for (const [table, select] of copies) {
      it(`and leaves the same rows in ${table}`, async () => {
        const plain = (rows: readonly Record<string, unknown>[]) =>
          rows.map((row) =>
            Object.fromEntries(Object.entries(row).filter(([name]) => !/_at$/.test(name))),
          )
        const ours: Record<string, unknown>[] = await twins.store.database(table).orderBy('id')
        expect(plain(ours)).to.deep.equal(plain(await shopRows(twins.shop, select)))
      })
    }
  })
})
