import { expect } from 'chai'
import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose'
import * as client from 'openid-client'
import { app, browser, journey, logIn, tokensOf } from '../support/people.ts'
import { type Rig, startRig } from '../support/rig.ts'

const login = { email: 'ana@example.test', password: 'secret-password' }

describe('the identity provider, with openid-client', function () {
  this.timeout(60_000)
  let rig: Rig
  let userId: number
  before(async () => {
    rig = await startRig()
    userId = (await rig.register(login.email)).id
  })
  after(() => rig?.stop())

  it('logs a person in by code and PKCE on its own page', async () => {
    const one = await app(rig)
    const tokens = await logIn(one, browser(rig.url), login)
    expect(tokens.refresh_token).to.be.a('string')
    expect(tokens.claims()?.sub).to.equal(String(userId))
    const keys = createRemoteJWKSet(new URL(`${rig.issuer}/jwks`))
    const rules = { issuer: rig.issuer, audience: 'bookshop', algorithms: ['ES256'], typ: 'at+jwt' }
    const { payload } = await jwtVerify(tokens.access_token, keys, rules)
    expect(payload).to.include({ sub: String(userId), client_id: 'app', name: 'Somebody' })
    expect(payload.roles).to.deep.equal(['customer'])
    expect(payload.sid).to.match(/^[\w-]{32}$/)
    expect(Number(payload.exp) - Number(payload.iat)).to.equal(300)
  })

  it('accepts its tokens itself, and shows the user behind them', async () => {
    const tokens = await logIn(await app(rig), browser(rig.url), login)
    const answer = await rig.ask('GET', '/api/profile', undefined, { bearer: tokens.access_token })
    expect(answer.json.email).to.equal(login.email)
    const session = await rig.ask('GET', '/api/session', undefined, { bearer: tokens.access_token })
    expect((session.json.user as { id: number }).id).to.equal(userId)
  })

  it('says no to a wrong password and yes to the next try', async () => {
    const one = await app(rig)
    const person = browser(rig.url)
    const trip = await journey(one)
    const form = await person.open(trip.start.href)
    expect(form.html).to.contain('type="password"')
    const wrong = await person.open(form.url, { ...login, password: '"><script>' })
    expect([wrong.status, wrong.html.includes('<script>')]).to.deep.equal([401, false])
    const right = await person.open(form.url, login)
    expect((await tokensOf(one, trip, right.url)).access_token).to.be.a('string')
  })

  it('lets a browser with a session of the shop straight through, unless asked not to', async () => {
    const one = await app(rig)
    const person = browser(rig.url)
    person.jar.set('sid', await rig.login(login.email, login.password))
    const trip = await journey(one)
    const through = await person.open(trip.start.href)
    expect(through.url).to.match(/^http:\/\/127\.0\.0\.1:9\/back\?code=/)
    const asked = await journey(one, { prompt: 'login' })
    expect((await person.open(asked.start.href)).html).to.contain('type="password"')
  })

  it('has no code without PKCE, and no other flow', async () => {
    const one = await app(rig)
    const { start } = await journey(one)
    start.searchParams.delete('code_challenge')
    start.searchParams.delete('code_challenge_method')
    const refused = await browser(rig.url).open(start.href)
    expect(new URL(refused.url).searchParams.get('error')).to.equal('invalid_request')
    const implicit = await journey(one, { response_type: 'id_token', nonce: 'n' })
    expect((await browser(rig.url).open(implicit.start.href)).url).to.match(/error=unsupported/)
  })

  it('never sends a code to an address that is not registered', async () => {
    const one = await app(rig)
    const { start } = await journey(one, { redirect_uri: 'https://evil.test/back' })
    const page = await browser(rig.url).open(start.href)
    expect([page.status, page.url.startsWith(rig.url)]).to.deep.equal([400, true])
  })

  it('gives programs tokens for what they may do, and nothing more', async () => {
    const orders = await app(rig, 'orders', 'orders-secret')
    const tokens = await client.clientCredentialsGrant(orders.config, { scope: 'users:read' })
    const claims = decodeJwt(tokens.access_token)
    expect(claims).to.include({ sub: 'orders', client_id: 'orders', scope: 'users:read' })
    expect(claims.roles).to.deep.equal(['system'])
    const card = await rig.ask('GET', `/internal/users/${userId}/card`, undefined, {
      bearer: tokens.access_token,
    })
    expect(card.json).to.deep.equal({ id: userId, name: 'Somebody', active: true })
    const contact = await rig.ask('GET', `/internal/users/${userId}/contact`, undefined, {
      bearer: tokens.access_token,
    })
    expect(contact.status).to.equal(403)
    const more = await client.clientCredentialsGrant(orders.config, { scope: 'users:contact shop' })
    expect(decodeJwt(more.access_token).scope).to.equal(undefined)
  })

  it('describes itself', async () => {
    const found = await fetch(`${rig.issuer}/.well-known/openid-configuration`)
    const document = (await found.json()) as Record<string, unknown>
    expect(document).to.include({
      issuer: rig.issuer,
      jwks_uri: `${rig.issuer}/jwks`,
      token_endpoint: `${rig.issuer}/token`,
    })
    expect(document.code_challenge_methods_supported).to.deep.equal(['S256'])
  })

  it('rotates its keys without an outage', async () => {
    const orders = await app(rig, 'orders', 'orders-secret')
    const newToken = async () =>
      (await client.clientCredentialsGrant(orders.config, { scope: 'users:read' })).access_token
    const published = async () => {
      const answer = (await (await fetch(`${rig.issuer}/jwks`)).json()) as {
        keys: { kid: string; d?: string }[]
      }
      expect(answer.keys.some((key) => 'd' in key)).to.equal(false)
      return answer.keys.map(({ kid }) => kid)
    }
    const before = await newToken()
    const keysBefore = await published()
    await rig.app.identityServer.rotate()
    const after = await newToken()
    const kid = decodeProtectedHeader(after).kid
    expect(kid).not.to.equal(decodeProtectedHeader(before).kid)
    expect(keysBefore, 'published before it signs').to.include(kid)
    expect(await published()).to.include.members(keysBefore)
    for (const bearer of [before, after]) {
      const card = await rig.ask('GET', `/internal/users/${userId}/card`, undefined, { bearer })
      expect(card.status).to.equal(200)
    }
  })

  it('holds no key, cookie or token readable in its tables', async () => {
    await logIn(await app(rig), browser(rig.url), login)
    const keys = JSON.stringify(await rig.database('signing_key').pluck('private_key'))
    const cookies = JSON.stringify(await rig.database('token_session').pluck('cookie'))
    expect(keys).not.to.contain('"d"')
    expect(cookies).not.to.match(/[^\w-][0-9a-f]{64}[^\w-]/)
  })
})
