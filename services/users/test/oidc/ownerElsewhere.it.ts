import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { decodeJwt } from 'jose'
import { suiteStack } from '../../../../scripts/src/stack/testing.ts'
import { app, browser, logIn } from '../support/people.ts'
import { type Rig, startRig } from '../support/rig.ts'

const seedProgram = fileURLToPath(new URL('../../../../monolith/src/seed/main.ts', import.meta.url))
const login = { email: 'customer3@bookshop.test', password: 'secret-3' }

describe('while the old shop owns the sessions', function () {
  this.timeout(60_000)
  const running = suiteStack({
    name: 'users-owner',
    only: ['monolith'],
    env: { monolith: { SHOP_JOB_INTERVAL_MS: '0' } },
  })
  let rig: Rig
  let shop: string
  before(async () => {
    const stack = await running.get()
    shop = stack.urls.monolith ?? ''
    execFileSync(
      process.execPath,
      [seedProgram, '--books', '5', '--users', '60', '--orders', '0'],
      {
        env: { ...process.env, DATABASE_URL: stack.urls['monolith-db.bookshop_ddl'] ?? '' },
        stdio: ['ignore', 'ignore', 'inherit'],
      },
    )
    // Its own tables are empty: nothing was copied yet.
    rig = await startRig({ OWNER_URL: shop })
  })
  after(() => rig?.stop())

  const refresh = async (token: string) => {
    const form = { grant_type: 'refresh_token', refresh_token: token, client_id: 'app' }
    const response = await fetch(`${rig.issuer}/token`, {
      method: 'POST',
      body: new URLSearchParams(form),
    })
    return (await response.json()) as {
      access_token?: string
      refresh_token?: string
      error?: string
    }
  }
  const atShop = async (path: string, cookie: string, method = 'GET') =>
    fetch(`${shop}${path}`, { method, headers: { cookie: `sid=${cookie}` } })

  it('logs in there, and its tokens stand for that session', async () => {
    const person = browser(rig.url)
    const tokens = await logIn(await app(rig), person, login)
    const claims = decodeJwt(tokens.access_token)
    expect(claims.roles).to.deep.equal(['customer'])
    const session = await atShop('/api/session', person.jar.get('sid') ?? '')
    const { user } = (await session.json()) as { user: { id: number; email: string } }
    expect([String(user.id), user.email]).to.deep.equal([claims.sub, login.email])
  })

  it('refreshes as long as that session lives, and no longer', async () => {
    const person = browser(rig.url)
    const tokens = await logIn(await app(rig), person, login)
    const next = await refresh(tokens.refresh_token ?? '')
    expect(next.access_token).to.be.a('string')
    await atShop('/api/logout', person.jar.get('sid') ?? '', 'POST')
    expect((await refresh(next.refresh_token ?? '')).error).to.equal('invalid_grant')
  })

  it('says no to a wrong password', async () => {
    const person = browser(rig.url)
    const refused = await logIn(await app(rig), person, { ...login, password: 'x' }).catch(
      () => null,
    )
    expect(refused).to.equal(null)
    expect(person.jar.has('sid')).to.equal(false)
  })
})

describe('while another copy of the service owns the sessions', function () {
  this.timeout(60_000)
  let owner: Rig
  let rig: Rig
  before(async () => {
    owner = await startRig({ LOGIN_FAILURES_ADDRESS: '1' })
    await owner.register('ana@example.test')
    rig = await startRig({ OWNER_URL: owner.url })
  })
  after(async () => {
    await rig?.stop()
    await owner?.stop()
  })

  it('bounds wrong passwords where the customer is, not where the call comes from', async () => {
    const one = await app(rig)
    const right = { email: 'ana@example.test', password: 'secret-password' }
    for (let at = 0; at < 4; at += 1) {
      await logIn(one, browser(rig.url), { ...right, password: 'x' }).catch(() => {})
    }
    expect((await logIn(one, browser(rig.url), right)).access_token).to.be.a('string')
    expect(await owner.database('login_attempt')).to.deep.equal([])
  })

  it('takes no proof from a stranger', async () => {
    const headers = { 'x-login-proof': `${Date.now()}.forged` }
    const body = { email: 'ana@example.test', password: 'x' }
    const statuses: number[] = []
    for (let at = 0; at < 3; at += 1) {
      statuses.push((await owner.ask('POST', '/api/login', body, { headers })).status)
    }
    expect(statuses).to.deep.equal([401, 429, 429])
  })

  it('refreshes 40 different sessions at once', async () => {
    const one = await app(rig)
    const right = { email: 'ana@example.test', password: 'secret-password' }
    await owner.database('login_attempt').delete()
    const all = await Promise.all(
      Array.from({ length: 40 }, () => logIn(one, browser(rig.url), right)),
    )
    const answers = await Promise.all(
      all.map(({ refresh_token }) => {
        const form = {
          grant_type: 'refresh_token',
          refresh_token: refresh_token ?? '',
          client_id: 'app',
        }
        return fetch(`${rig.issuer}/token`, { method: 'POST', body: new URLSearchParams(form) })
      }),
    )
    expect(new Set(answers.map(({ status }) => status))).to.deep.equal(new Set([200]))
  })
})
