import { expect } from 'chai'
import type { JWK } from 'jose'
import { forgeries, misfits, newMint } from '../../../kit/test/forgeries.ts'
import { app, browser, logIn } from '../support/people.ts'
import { type Rig, startRig } from '../support/rig.ts'

const login = { email: 'ana@example.test', password: 'secret-password' }

describe('forged tokens at the users service', function () {
  this.timeout(60_000)
  let rig: Rig
  before(async () => {
    rig = await startRig()
    await rig.register(login.email)
  })
  after(() => rig?.stop())

  it('are all refused', async () => {
    const tokens = await logIn(await app(rig), browser(rig.url), login)
    const stranger = await newMint(rig.issuer)
    const keys = { keys: rig.app.identityServer.keys() as readonly JWK[] }
    const all = [
      ...(await forgeries({ ...stranger, keys }, tokens.access_token)),
      // Signed by a stranger here: refused for that alone.
      ...(await misfits(stranger)),
      { what: 'the ID token', token: tokens.id_token ?? '' },
      { what: 'the refresh token', token: tokens.refresh_token ?? '' },
    ]
    const statuses = new Map<string, number>()
    for (const { what, token } of all) {
      // Node's own client would not send these; their bytes are judged in the kit's tests.
      const sendable = token.replace(/[^\x20-\x7e]/g, '')
      if (sendable.length > 100_000) continue
      const answer = await rig.ask('GET', '/api/profile', undefined, { bearer: sendable })
      statuses.set(what, answer.status)
    }
    expect(statuses.size).to.be.above(45)
    const accepted = [...statuses].filter(([, status]) => status !== 401)
    expect(accepted).to.deep.equal([])
    const right = await rig.ask('GET', '/api/profile', undefined, { bearer: tokens.access_token })
    expect(right.status).to.equal(200)
  })

  it('do not fall back to the cookie beside them', async () => {
    const cookie = await rig.login(login.email, login.password)
    const answer = await rig.ask('GET', '/api/profile', undefined, { cookie, bearer: 'nonsense' })
    expect(answer.status).to.equal(401)
  })

  it('may not use an assertion that is for another service', async () => {
    const { id } = await rig.register('bob@example.test')
    const as = async (audience: string) => {
      const token = await rig.edge.sign({ roles: ['admin'], sub: String(id), audience })
      return rig.ask('GET', '/api/profile', undefined, {
        headers: { 'x-matapalo-identity': token },
      })
    }
    expect((await as('users')).status).to.equal(200)
    expect((await as('catalog')).status).to.equal(401)
  })
})
