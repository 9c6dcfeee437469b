import { expect } from 'chai'
import { decodeJwt } from 'jose'
import { app, browser, logIn } from '../support/people.ts'
import { type Rig, startRig } from '../support/rig.ts'

const login = { email: 'ana@example.test', password: 'secret-password' }

interface Refreshed {
  readonly status: number
  readonly json: {
    readonly access_token?: string
    readonly refresh_token?: string
    readonly error?: string
  }
}

const refresher =
  (rig: Rig) =>
  async (token: string): Promise<Refreshed> => {
    const form = { grant_type: 'refresh_token', refresh_token: token, client_id: 'app' }
    const response = await fetch(`${rig.issuer}/token`, {
      method: 'POST',
      body: new URLSearchParams(form),
    })
    return { status: response.status, json: (await response.json()) as Refreshed['json'] }
  }

describe('refreshing', function () {
  this.timeout(60_000)
  let rig: Rig
  let userId: number
  before(async () => {
    rig = await startRig()
    userId = (await rig.register(login.email)).id
  })
  after(() => rig?.stop())

  const fresh = async (of = rig) => {
    const tokens = await logIn(await app(of), browser(of.url), login)
    return { refresh: tokens.refresh_token ?? '', access: tokens.access_token }
  }
  /** The answers kept for repeats are older than that now. */
  const graceOver = () =>
    rig.database('refresh_answer').update({ created_at: '2020-01-01 00:00:00' })

  it('rotates, and keeps the session', async () => {
    const { refresh, access } = await fresh()
    const one = await refresher(rig)(refresh)
    expect(one.status).to.equal(200)
    expect(one.json.refresh_token).not.to.equal(refresh)
    expect(decodeJwt(one.json.access_token ?? '').sid).to.equal(decodeJwt(access).sid)
    expect((await refresher(rig)(one.json.refresh_token ?? '')).status).to.equal(200)
  })

  it('has one successor when a token is used 50 times at once', async () => {
    const { refresh } = await fresh()
    const all = await Promise.all(Array.from({ length: 50 }, () => refresher(rig)(refresh)))
    expect(new Set(all.map(({ status }) => status))).to.deep.equal(new Set([200]))
    const successors = new Set(all.map(({ json }) => json.refresh_token))
    expect(successors.size).to.equal(1)
    const [successor = ''] = successors
    expect((await refresher(rig)(successor)).status).to.equal(200)
  })

  it('has one successor when two copies of the service are asked at once', async () => {
    const twin = await rig.twin()
    const { refresh } = await fresh()
    const form = { grant_type: 'refresh_token', refresh_token: refresh, client_id: 'app' }
    const all = await Promise.all(
      Array.from({ length: 20 }, async (_, at) => {
        const url = `${at % 2 === 0 ? rig.url : twin.url}/identity/token`
        const response = await fetch(url, { method: 'POST', body: new URLSearchParams(form) })
        return (await response.json()) as { refresh_token?: string }
      }),
    )
    expect(new Set(all.map(({ refresh_token }) => refresh_token)).size).to.equal(1)
    expect(all[0]?.refresh_token).to.be.a('string')
    await twin.stop()
  })

  it('revokes the family when a used token comes back later', async () => {
    const { refresh, access } = await fresh()
    const next = (await refresher(rig)(refresh)).json.refresh_token ?? ''
    await graceOver()
    const stolen = await refresher(rig)(refresh)
    expect([stolen.status, stolen.json.error]).to.deep.equal([400, 'invalid_grant'])
    expect((await refresher(rig)(next)).json.error).to.equal('invalid_grant')
    const until = Date.now() + 5000
    const probe = () => rig.ask('GET', '/api/profile', undefined, { bearer: access })
    while ((await probe()).status !== 401) expect(Date.now()).to.be.below(until)
  })

  it('gives the kept answer only to who sends the same request', async () => {
    const { refresh } = await fresh()
    await refresher(rig)(refresh)
    const form = { grant_type: 'refresh_token', refresh_token: refresh, client_id: 'pages' }
    const other = await fetch(`${rig.issuer}/token`, {
      method: 'POST',
      body: new URLSearchParams({ ...form, client_secret: 'guessed' }),
    })
    expect(other.status).to.be.within(400, 401)
  })

  it('has exactly one winner, without a grace', async () => {
    const strict = await startRig({ REFRESH_GRACE_S: '0' })
    try {
      await strict.register(login.email)
      const { refresh } = await fresh(strict)
      const all = await Promise.all(Array.from({ length: 50 }, () => refresher(strict)(refresh)))
      expect(all.filter(({ status }) => status === 200)).to.have.length(1)
    } finally {
      await strict.stop()
    }
  })

  it('ends with a logout of the session it belongs to', async () => {
    const person = browser(rig.url)
    const tokens = await logIn(await app(rig), person, login)
    await rig.ask('POST', '/api/logout', undefined, { cookie: person.jar.get('sid') ?? '' })
    expect((await refresher(rig)(tokens.refresh_token ?? '')).json.error).to.equal('invalid_grant')
  })

  it('ends with a session that its owner has closed', async () => {
    const { refresh } = await fresh()
    await rig.database('session').where({ user_id: userId }).delete()
    expect((await refresher(rig)(refresh)).json.error).to.equal('invalid_grant')
  })

  it('ends by logging out with the token, and the cookie session with it', async () => {
    const person = browser(rig.url)
    const tokens = await logIn(await app(rig), person, login)
    const bearer = tokens.access_token
    expect((await rig.ask('POST', '/api/logout', undefined, { bearer })).status).to.equal(204)
    expect((await rig.ask('GET', '/api/profile', undefined, { bearer })).status).to.equal(401)
    const cookie = person.jar.get('sid') ?? ''
    expect((await rig.ask('GET', '/api/profile', undefined, { cookie })).status).to.equal(401)
  })

  it('ends by logging out at the provider', async () => {
    const person = browser(rig.url)
    const tokens = await logIn(await app(rig), person, login)
    const cookie = person.jar.get('sid') ?? ''
    const page = await person.open(`${rig.issuer}/session/end`)
    const xsrf = /name="xsrf" value="([^"]+)"/.exec(page.html)?.[1] ?? ''
    await person.open(`${rig.issuer}/session/end/confirm`, { xsrf, logout: 'yes' })
    const alive = async () =>
      (await rig.ask('GET', '/api/session', undefined, { cookie })).json.user
    const until = Date.now() + 5000
    while ((await alive()) !== null) expect(Date.now()).to.be.below(until)
    expect((await refresher(rig)(tokens.refresh_token ?? '')).json.error).to.equal('invalid_grant')
  })

  it('leaves the token good when nothing of it could be kept', async () => {
    const { refresh } = await fresh()
    await rig.database.raw(
      `CREATE TRIGGER broken BEFORE UPDATE ON refresh_answer FOR EACH ROW
         SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'broken'`,
    )
    const failed = await refresher(rig)(refresh)
    expect(failed.status).to.equal(503)
    await rig.database.raw('DROP TRIGGER broken')
    expect((await refresher(rig)(refresh)).status).to.equal(200)
  })

  it('ends by revocation (RFC 7009)', async () => {
    const { refresh } = await fresh()
    const form = { token: refresh, client_id: 'app' }
    const url = `${rig.issuer}/token/revocation`
    const revoked = await fetch(url, { method: 'POST', body: new URLSearchParams(form) })
    expect(revoked.status).to.equal(200)
    expect((await refresher(rig)(refresh)).json.error).to.equal('invalid_grant')
  })

  it('tells the roles as they are now', async () => {
    const { refresh, access } = await fresh()
    expect(decodeJwt(access).roles).to.deep.equal(['customer'])
    await rig.grant(userId, 'staff')
    const next = await refresher(rig)(refresh)
    expect(decodeJwt(next.json.access_token ?? '').roles).to.deep.equal(['customer', 'staff'])
  })

  it('hands the edge the cookie behind a sid', async () => {
    const { access } = await fresh()
    const basic = Buffer.from('edge:edge-secret').toString('base64')
    const response = await fetch(`${rig.issuer}/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${basic}` },
      body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'sessions:bridge' }),
    })
    const { access_token: bearer } = (await response.json()) as { access_token: string }
    const path = (sid: unknown) => `/internal/sessions/${sid}/cookie`
    const found = await rig.ask('GET', path(decodeJwt(access).sid), undefined, { bearer })
    const cookie = String(found.json.cookie)
    expect((await rig.ask('GET', '/api/profile', undefined, { cookie })).status).to.equal(200)
    expect((await rig.ask('GET', path('nothing'), undefined, { bearer })).status).to.equal(404)
    const claims = { roles: ['system'], sub: 'matapalo-edge', audience: 'users' }
    const asserted = async (more: object) => {
      const identity = await rig.edge.sign({ ...claims, ...more })
      const headers = { 'x-matapalo-identity': identity }
      return (await rig.ask('GET', path(decodeJwt(access).sid), undefined, { headers })).status
    }
    expect(await asserted({ scope: 'sessions:bridge' })).to.equal(200)
    expect(await asserted({ scope: 'users:read' })).to.equal(403)
    const curious = await rig.ask('GET', path('nothing'), undefined, { bearer: access })
    expect(curious.status).to.equal(403)
  })
})
