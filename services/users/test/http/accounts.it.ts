import { expect } from 'chai'
import { legacyHashOf } from '../../src/login/passwords.ts'
import { type Rig, startRig } from '../support/rig.ts'

describe('accounts', function () {
  this.timeout(60_000)
  let rig: Rig
  before(async () => {
    rig = await startRig()
  })
  after(() => rig?.stop())

  const stored = (id: number) =>
    rig
      .database('account as a')
      .leftJoin('credential as c', 'c.user_id', 'a.id')
      .where({ id })
      .first('legacy_salt', 'legacy_hash', 'argon2', 'made_beside')

  it('opens an account, logs in with it and out again', async () => {
    const { id, cookie } = await rig.register('Ana@Example.test ')
    const user = { id, name: 'Somebody', email: 'ana@example.test', roles: ['customer'] }
    expect((await rig.ask('GET', '/api/session', undefined, { cookie })).json).to.deep.equal({
      user,
    })
    const other = await rig.login('ana@example.test', 'secret-password')
    expect((await rig.ask('POST', '/api/logout', undefined, { cookie })).status).to.equal(204)
    expect((await rig.ask('GET', '/api/session', undefined, { cookie })).json.user).to.equal(null)
    const session = await rig.ask('GET', '/api/session', undefined, { cookie: other })
    expect(session.json).to.deep.equal({ user })
  })

  it('keeps the hash of the old shop beside Argon2id', async () => {
    const { id } = await rig.register('both@example.test')
    const row = await stored(id)
    expect(row.argon2).to.match(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
    expect(row.legacy_hash).to.equal(legacyHashOf(row.legacy_salt, 'secret-password'))
    expect(row.made_beside).to.equal(row.legacy_hash)
  })

  it('upgrades a hash of the old shop at login, and again when the old shop has a newer one', async () => {
    const { id } = await rig.register('old@example.test')
    const give = async (password: string) => {
      const legacy_hash = legacyHashOf('0123456789abcdef', password)
      await rig
        .database('account')
        .where({ id })
        .update({ legacy_salt: '0123456789abcdef', legacy_hash })
    }
    await rig.database('credential').where({ user_id: id }).delete()
    await give('as-it-was')
    await rig.login('old@example.test', 'as-it-was')
    const first = await stored(id)
    expect(first.argon2).to.match(/^\$argon2id/)
    await give('changed-over-there')
    const old = await rig.ask('POST', '/api/login', {
      email: 'old@example.test',
      password: 'as-it-was',
    })
    expect(old.status).to.equal(401)
    await rig.login('old@example.test', 'changed-over-there')
    expect((await stored(id)).argon2).not.to.equal(first.argon2)
  })

  it('changes the password, ends other sessions and keeps the one that asked', async () => {
    const { id, cookie } = await rig.register('change@example.test')
    const other = await rig.login('change@example.test', 'secret-password')
    const change = (current: string) =>
      rig.ask('PUT', '/api/password', { current, password: 'another-one' }, { cookie })
    const wrong = await change('not-it')
    expect(wrong.status).to.equal(401)
    expect(wrong.headers.get('content-type')).to.match(/^application\/problem\+json/)
    expect((await change('secret-password')).status).to.equal(204)
    expect((await rig.ask('GET', '/api/profile', undefined, { cookie: other })).status).to.equal(
      401,
    )
    expect((await rig.ask('GET', '/api/profile', undefined, { cookie })).status).to.equal(200)
    await rig.login('change@example.test', 'another-one')
    const row = await stored(id)
    expect(row.legacy_hash).to.equal(legacyHashOf(row.legacy_salt, 'another-one'))
  })

  const tokenIn = (to: string): string =>
    /token=([\w-]+)/.exec(rig.letters.findLast((one) => one.to === to)?.text ?? '')?.[1] ?? ''

  it('sets a forgotten password by mail, once', async () => {
    const { cookie } = await rig.register('forgot@example.test')
    const ask = (email: string) => rig.ask('POST', '/api/password/reset-request', { email })
    const [known, unknown] = [await ask('forgot@example.test'), await ask('nobody@example.test')]
    expect([known.status, unknown.status]).to.deep.equal([202, 202])
    expect(rig.letters.some(({ to }) => to === 'nobody@example.test')).to.equal(false)
    const token = tokenIn('forgot@example.test')
    const reset = () => rig.ask('POST', '/api/password/reset', { token, password: 'remembered' })
    expect((await reset()).status).to.equal(204)
    const again = await reset()
    expect([again.status, again.json.code]).to.deep.equal([400, 'token_invalid'])
    expect((await rig.ask('GET', '/api/profile', undefined, { cookie })).status).to.equal(401)
    await rig.login('forgot@example.test', 'remembered')
  })

  it('verifies an address until it changes', async () => {
    const { id, cookie } = await rig.register('verify@example.test')
    const state = async () => (await rig.ask('GET', '/api/email', undefined, { cookie })).json
    expect(await state()).to.deep.equal({ email: 'verify@example.test', verified: false })
    const token = tokenIn('verify@example.test')
    expect((await rig.ask('POST', '/api/email/verify', { token })).status).to.equal(204)
    expect(await state()).to.deep.equal({ email: 'verify@example.test', verified: true })
    await rig.database('account').where({ id }).update({ email: 'moved@example.test' })
    expect(await state()).to.deep.equal({ email: 'moved@example.test', verified: false })
  })

  it('opens an account although its mail cannot be sent, and sends it when asked again', async () => {
    const email = 'full@example.test'
    rig.mailbox.full = true
    const body = { email, name: 'Somebody', password: 'secret-password' }
    const { status } = await rig.ask('POST', '/api/register', body)
    rig.mailbox.full = false
    expect([status, tokenIn(email)]).to.deep.equal([201, ''])
    const cookie = await rig.login(email, 'secret-password')
    const again = await rig.ask('POST', '/api/email/verification', undefined, { cookie })
    expect(again.status).to.equal(202)
    const verified = await rig.ask('POST', '/api/email/verify', { token: tokenIn(email) })
    expect(verified.status).to.equal(204)
  })

  it('takes hostile texts as texts', async () => {
    const { cookie } = await rig.register('hostile@example.test')
    const name = `'; DROP TABLE account; -- <script>alert(1)</script> {{7*7}}`
    const answer = await rig.ask('PUT', '/api/profile', { name }, { cookie })
    expect(answer.json.name).to.equal(name)
  })

  it('refuses unknown fields and bodies over the limit', async () => {
    const { cookie } = await rig.register('limits@example.test')
    const odd = await rig.ask('PUT', '/api/profile', { admin: true }, { cookie })
    expect([odd.status, (odd.json.error as { field: string }).field]).to.deep.equal([400, 'admin'])
    const big = await rig.ask('PUT', '/api/profile', { name: 'x'.repeat(150_000) }, { cookie })
    expect(big.status).to.equal(413)
    const email = { current: 'x', password: 'secret-2', more: 1 }
    const problem = await rig.ask('PUT', '/api/password', email, { cookie })
    expect([problem.status, problem.json.field]).to.deep.equal([400, 'more'])
  })

  it('measures and says that it is ready', async () => {
    expect((await fetch(`${rig.url}/readyz`)).status).to.equal(200)
    expect((await fetch(`${rig.url}/healthz`)).status).to.equal(200)
    const text = await (await fetch(`${rig.url}/metrics`)).text()
    expect(text).to.match(/users_http_request_seconds_count\{method="POST",route="\/api\/login"/)
  })
})
