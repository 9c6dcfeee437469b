import { expect } from 'chai'
import { type Rig, startRig } from '../support/rig.ts'

describe('administration', function () {
  this.timeout(60_000)
  let rig: Rig
  let staff: string
  let admin: { id: number; cookie: string }
  let made = 0
  before(async () => {
    rig = await startRig()
    const one = await rig.register('staff@example.test')
    await rig.grant(one.id, 'staff')
    staff = one.cookie
    admin = await rig.register('admin@example.test')
    await rig.grant(admin.id, 'admin')
  })
  after(() => rig?.stop())

  const customer = () => {
    made += 1
    return rig.register(`customer${made}@example.test`)
  }
  const as = (cookie: string) => (method: string, path: string, body?: unknown) =>
    rig.ask(method, `/api/admin${path}`, body, { cookie })

  it('lists and finds, and takes % for a letter', async () => {
    const { id } = await customer()
    const found = await as(staff)('GET', `/users?q=CUSTOMER${made}@&per_page=5`)
    expect((found.json.items as { id: number }[]).map((one) => one.id)).to.deep.equal([id])
    expect(found.json).to.include({ page: 1, per_page: 5, total: 1 })
    expect((await as(staff)('GET', '/users?q=%25')).json.total).to.equal(0)
    expect((await as(staff)('GET', '/users?page=0')).status).to.equal(400)
  })

  it('changes what it is told, and says when an address is taken', async () => {
    const { id } = await customer()
    const changed = await as(staff)('PATCH', `/users/${id}`, {
      name: 'Renamed',
      email: 'New@x.test',
    })
    expect(changed.json).to.include({ name: 'Renamed', email: 'new@x.test' })
    const taken = await as(staff)('PATCH', `/users/${id}`, { email: 'staff@example.test' })
    expect([taken.status, taken.json.code]).to.deep.equal([409, 'email_taken'])
  })

  it('disables: out everywhere at once, and no way in', async () => {
    const { id, cookie } = await customer()
    expect((await as(staff)('POST', `/users/${id}/disable`)).json.active).to.equal(false)
    expect((await rig.ask('GET', '/api/profile', undefined, { cookie })).status).to.equal(401)
    const body = { email: `customer${made}@example.test`, password: 'secret-password' }
    expect((await rig.ask('POST', '/api/login', body)).status).to.equal(401)
    await as(staff)('POST', `/users/${id}/enable`)
    expect((await rig.ask('POST', '/api/login', body)).status).to.equal(200)
  })

  it('deletes the person and keeps the number', async () => {
    const { id, cookie } = await customer()
    const address = { phone: '1', street: 'Calle 1', city: 'Bogotá', postcode: '1', country: 'CO' }
    await rig.ask('PUT', '/api/profile', address, { cookie })
    await rig.ask('PUT', '/api/preferences', { newsletter: true, prefs: { a: 1 } }, { cookie })
    for (const _ of ['once', 'again']) {
      expect((await as(admin.cookie)('DELETE', `/users/${id}`)).status).to.equal(204)
    }
    const rows = await rig
      .database('account as a')
      .join('preferences as p', 'p.user_id', 'a.id')
      .where({ id })
      .first(
        'email',
        'name',
        'phone',
        'street',
        'city',
        'postcode',
        'country',
        'active',
        'newsletter',
        'prefs',
      )
    expect(rows).to.deep.equal({
      email: `deleted-${id}@deleted.invalid`,
      name: 'Deleted customer',
      phone: null,
      street: null,
      city: null,
      postcode: null,
      country: null,
      active: 0,
      newsletter: 0,
      prefs: null,
    })
    for (const table of ['session', 'user_role', 'credential', 'mailed_token', 'verified_email']) {
      expect(await rig.database(table).where({ user_id: id }), table).to.deep.equal([])
    }
  })

  it('gives roles and takes them', async () => {
    const { id } = await customer()
    const set = (roles: readonly string[]) =>
      as(admin.cookie)('PUT', `/users/${id}/roles`, { roles })
    expect((await set(['agent', 'customer'])).json.roles).to.deep.equal(['agent', 'customer'])
    expect((await set(['customer'])).json.roles).to.deep.equal(['customer'])
    expect((await set(['system'])).status).to.equal(400)
  })

  it('lets nobody touch an administrator without being one, nor lock oneself out', async () => {
    const path = `/users/${admin.id}`
    expect((await as(staff)('POST', `${path}/disable`)).status).to.equal(403)
    expect((await as(staff)('PATCH', path, { email: 'mine@x.test' })).status).to.equal(403)
    expect((await as(admin.cookie)('DELETE', path)).json.code).to.equal('own_account')
    expect((await as(admin.cookie)('PUT', `${path}/roles`, { roles: [] })).status).to.equal(409)
  })

  it('leaves a row for each act, and tells other services', async () => {
    const { id } = await customer()
    await as(staff)('POST', `/users/${id}/disable`)
    const acts = await rig
      .database('admin_action')
      .where({ user_id: id })
      .select('action', 'actor_id')
    expect(acts).to.have.length(1)
    expect(acts[0].action).to.equal('disable')
    expect(await rig.database('outbox')).to.deep.equal([])
  })

  it('shows who may do what', async () => {
    const { json } = await as(staff)('GET', '/roles')
    const roles = json.items as { role: string; permissions: string[] }[]
    expect(roles.find(({ role }) => role === 'staff')?.permissions).to.deep.equal([
      'login',
      'users.read',
      'users.change',
      'users.disable',
    ])
  })
})
