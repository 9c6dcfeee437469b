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
