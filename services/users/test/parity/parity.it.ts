import { expect } from 'chai'
import { suiteStack } from '../../../../scripts/src/stack/testing.ts'
import { type Case, cases } from './cases.ts'
import { type Answer, copies, shopRows, startTwins, type Twins } from './twins.ts'

/** Messages are for people and may differ. */
const withoutMessage = (answer: Answer): Answer => {
  const error = (answer.json as { error?: Record<string, unknown> } | null)?.error
  if (error === undefined) return answer
  const { message, ...rest } = error
  return { ...answer, json: { error: { ...rest, hasMessage: typeof message } } }
}

const title = (one: Case): string =>
  `${one.as}: ${one.method} ${one.path} ${(one.raw?.text ?? JSON.stringify(one.body) ?? '').slice(0, 70)}`

describe('the users service beside the old shop', function () {
  this.timeout(60_000)
  const running = suiteStack({
    name: 'users-parity',
    only: ['monolith', 'services-db'],
    env: { monolith: { SHOP_JOB_INTERVAL_MS: '0' } },
  })
  let twins: Twins
  before(async () => {
    twins = await startTwins(await running.get())
  })
  after(() => twins?.stop())

  for (const one of cases) {
    it(title(one), async () => {
      const { shop, users } = await twins.ask(one)
      expect(withoutMessage(users)).to.deep.equal(withoutMessage(shop))
    })
  }

  for (const [table, select] of copies) {
    it(`and leaves the same rows in ${table}`, async () => {
      const chance = /_at$|^token$|^legacy_/
      const plain = (rows: readonly Record<string, unknown>[]) =>
        rows
          .map((row) =>
            Object.fromEntries(Object.entries(row).filter(([name]) => !chance.test(name))),
          )
          .map((row) => JSON.stringify(row))
          .sort()
      const ours: Record<string, unknown>[] = await twins.rig.database(table).select()
      expect(plain(ours)).to.deep.equal(plain(await shopRows(twins.shop, select)))
    })
  }
})
