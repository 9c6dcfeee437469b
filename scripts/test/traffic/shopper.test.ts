import { expect } from 'chai'
import { CookieCredential } from '../../src/traffic/credential.ts'
import type { Answer, Ask, Edges } from '../../src/traffic/edges.ts'
import { WriteLedger } from '../../src/traffic/ledger.ts'
import { createRandom } from '../../src/traffic/random.ts'
import { Shopper } from '../../src/traffic/shopper.ts'
import { Tally } from '../../src/traffic/tally.ts'

const answer = (status: number, headers: Answer['headers'] = {}, body = ''): Answer => ({
  status,
  headers,
  body,
  ms: 1,
  edge: 0,
})

/** A shopper whose requests are answered by a function. */
function shopper(reply: (ask: Ask) => Answer) {
  const tally = new Tally()
  const credential = new CookieCredential()
  // Only `ask` is used.
  const edges = { ask: async (_turn: number, ask: Ask) => reply(ask) } as unknown as Edges
  const ports = { edges, ledger: new WriteLedger(), tally, random: createRandom(1) }
  return { one: new Shopper('one', 0, ports, credential), tally, credential, ports }
}

const cookie = `sid=${'a'.repeat(64)}`
const login = answer(200, { 'set-cookie': [`${cookie}; Path=/; HttpOnly`] })

describe('Shopper', () => {
  for (const [what, turned] of Object.entries({
    '401': answer(401),
    'a redirect to the login page': answer(303, { location: '/login?next=%2Forders' }),
    'an answer that takes the cookie away': answer(200, { 'set-cookie': 'sid=; Path=/' }),
  })) {
    it(`counts ${what} as a forced logout, once logged in, and not before`, async () => {
      const { one, tally } = shopper(({ path }) => (path === '/api/login' ? login : turned))
      await one.ask({ method: 'GET', path: '/orders' }, { expect: [200, 303] })
      expect(tally.forcedLogouts).to.equal(0)
      await one.login('a@b.test', 'x')
      await one.ask({ method: 'GET', path: '/orders' }, { expect: [200, 303] })
      expect(tally.forcedLogouts).to.equal(1)
      expect(tally.summary().byDomain.storefront.forcedLogouts).to.equal(1)
    })
  }

  it('does not forget a forced logout by logging in again', async () => {
    let dead = true
    const { one, tally } = shopper(({ path }) => {
      if (path === '/api/login') return login
      return dead ? answer(401) : answer(200)
    })
    await one.login('a@b.test', 'x')
    await one.ask({ method: 'GET', path: '/api/orders' })
    dead = false
    await one.login('a@b.test', 'x')
    await one.ask({ method: 'GET', path: '/api/orders' })
    expect(tally.forcedLogouts).to.equal(1)
  })

  it('calls no logout of its own forced', async () => {
    const { one, tally } = shopper(({ path }) =>
      path === '/api/login' ? login : answer(204, { 'set-cookie': 'sid=; Path=/' }),
    )
    await one.login('a@b.test', 'x')
    await one.logout()
    expect(tally.forcedLogouts).to.equal(0)
    expect(await one.credential.headers()).to.deep.equal({})
  })

  it('acknowledges a form that was taken, and none that led to the login page', async () => {
    const { one, ports } = shopper(({ path }) =>
      answer(303, { location: path === '/support' ? '/support/7' : '/login?next=%2F' }),
    )
    for (const path of ['/support', '/account']) {
      const write = ports.ledger.open({ reference: path, kind: 'ticket', at: 0 })
      await one.ask({ method: 'POST', path, form: {} }, { expect: [303], write })
    }
    expect(ports.ledger.writes.map(({ fate }) => fate)).to.deep.equal(['acknowledged', 'unknown'])
  })
})
