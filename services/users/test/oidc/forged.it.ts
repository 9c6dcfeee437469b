import { createPrivateKey } from 'node:crypto'
import { expect } from 'chai'
import { decodeJwt } from 'jose'
import { type Mint, penWith } from '../../../kit/test/pen.ts'
import { unrefused } from '../../../kit/test/refusesTokens.ts'
import { openSecrets } from '../../src/secrets.ts'
import { app, browser, logIn } from '../support/people.ts'
import { type Rig, rigSecret, startRig } from '../support/rig.ts'

const login = { email: 'ana@example.test', password: 'secret-password' }

describe('forged tokens at the users service', function () {
  this.timeout(60_000)
  let rig: Rig
  let tokens: Awaited<ReturnType<typeof logIn>>
  let mint: Mint
  before(async () => {
    rig = await startRig()
    await rig.register(login.email)
    tokens = await logIn(await app(rig), browser(rig.url), login)
    // The provider's own key and the claims of a login that is alive: only the kind is wrong.
    const row = await rig.database('signing_key').where({ slot: 'current' }).first()
    const jwk = JSON.parse(openSecrets(rigSecret).open(row.private_key))
    const { sub, sid, client_id, roles } = decodeJwt(tokens.access_token)
    const key = createPrivateKey({ key: jwk, format: 'jwk' })
    mint = penWith(key, jwk.kid, rig.issuer, { sub, sid, client_id, roles })
  })
  after(() => rig?.stop())

  const door = () => ({ url: rig.url, method: 'GET', path: '/api/profile', known: 200 })

  it('are all refused', async () => {
    expect(await unrefused(mint, door())).to.deep.equal([])
    for (const other of [tokens.id_token ?? '', tokens.refresh_token ?? '']) {
      const answer = await rig.ask('GET', '/api/profile', undefined, { bearer: other })
      expect(answer.status).to.equal(401)
    }
    const right = await rig.ask('GET', '/api/profile', undefined, { bearer: tokens.access_token })
    expect(right.status).to.equal(200)
  })

  it('do not fall back to the cookie beside them', async () => {
    const cookie = await rig.login(login.email, login.password)
    expect(await unrefused(mint, { ...door(), fields: [`Cookie: sid=${cookie}`] })).to.deep.equal(
      [],
    )
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
