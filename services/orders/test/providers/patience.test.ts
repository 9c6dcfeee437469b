import { type ServiceClient, ServiceUnavailable } from '@bookshop/kit/client'
import { timeLeft, withDeadline } from '@bookshop/kit/deadline'
import { ApiError } from '@bookshop/kit/errors'
import { expect } from 'chai'
import { catalogOver } from '../../src/catalog/client.ts'
import { usersOver } from '../../src/users/client.ts'

const patienceMs = 60_000

/** Notes what was left whenever a call began. */
const fake = (answer: () => Promise<unknown>) => {
  const left: number[] = []
  const client: ServiceClient = {
    async call() {
      left.push(timeLeft())
      return { status: 200, headers: new Headers(), json: await answer() }
    },
  }
  return { left, client }
}
const after = (ms: number, json: unknown) => (): Promise<unknown> =>
  new Promise((resolve) => setTimeout(() => resolve(json), ms))
const away = async (): Promise<never> => {
  throw new ServiceUnavailable('catalog', 'away', false)
}
const refusal = async (work: Promise<unknown>): Promise<string> => {
  const error = await work.then(
    () => null,
    (one: unknown) => one,
  )
  expect(error).to.be.instanceOf(ApiError)
  return (error as ApiError).code
}

describe('the neighbours of one request', () => {
  it('share its time, however patient each call is', async () => {
    const users = fake(after(60, { active: true }))
    const catalog = fake(after(60_000, {}))
    const began = performance.now()
    const code = await withDeadline(1000, async () => {
      expect(await usersOver(users.client, patienceMs).mayBuy(1)).to.equal(true)
      return refusal(catalogOver(catalog.client, patienceMs).reserve('r', []))
    })
    expect(code).to.equal('catalog_unavailable')
    expect(performance.now() - began).to.be.lessThan(5000)
    expect(catalog.left[0]).to.be.at.most(950)
  })

  it('are asked again until nothing is left, and then never', async () => {
    const { client, left } = fake(away)
    const code = await withDeadline(200, () =>
      refusal(catalogOver(client, patienceMs).confirm('r')),
    )
    expect(code).to.equal('catalog_unavailable')
    expect(left.length).to.be.greaterThan(0)
    for (const one of left) expect(one).to.be.greaterThan(0)
    const tries = left.length
    await after(1100, null)()
    expect(left).to.have.length(tries)
  })

  it('are not asked at all when it is over', async () => {
    const { client, left } = fake(after(0, { active: true }))
    const code = await withDeadline(0, () => refusal(usersOver(client, patienceMs).mayBuy(1)))
    expect([code, left]).to.deep.equal(['users_unavailable', []])
  })

  it('have their own patience where nobody waits', async () => {
    const { client, left } = fake(away)
    expect(await refusal(catalogOver(client, 10).cancel('r'))).to.equal('catalog_unavailable')
    expect(left).to.deep.equal([Number.POSITIVE_INFINITY])
  })
})
