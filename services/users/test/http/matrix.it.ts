/** Who reaches another's account, profile, addresses, sessions: by the document, whoever's work it is. */
import { createPrivateKey, randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { decodeJwt } from 'jose'
import { type Mint, penWith } from '../../../kit/test/pen.ts'
import {
  type Caller,
  documentOf,
  type Instance,
  type Operation,
  operationsOf,
  type Reached,
  reach,
} from '../../../kit/test/reach.ts'
import { openSecrets } from '../../src/secrets.ts'
import { app, browser, logIn } from '../support/people.ts'
import { type Rig, rigSecret, startRig } from '../support/rig.ts'

const password = 'secret-password'

describe('who may do what to whom', function () {
  this.timeout(300_000)
  const secret = randomUUID()
  const document = documentOf('users')
  const operations = operationsOf(document).filter(({ demand }) => demand !== undefined)
  let rig: Rig
  let mint: Mint
  let sid = ''
  let victims = 0
  /** By the caller's name. */
  const cookies = new Map<string, string>()
  const ids: number[] = []

  async function newVictim(): Promise<number> {
    victims += 1
    const { id } = await rig.register(`victim-${victims}-${secret}@example.test`)
    ids.push(id)
    return id
  }

  before(async () => {
    rig = await startRig({ LOGIN_FAILURES_ADDRESS: '100000' })
    for (const name of ['stranger', 'staff', 'admin', 'system']) {
      const { id, cookie } = await rig.register(`${name}@example.test`)
      if (name !== 'stranger') await rig.grant(id, name)
      cookies.set(name, cookie)
    }
    const email = `owner-${secret}@example.test`
    const owner = await rig.register(email)
    ids.push(owner.id)
    cookies.set('owner', owner.cookie)
    const street = { street: secret }
    await rig.ask('PUT', '/api/profile', street, { cookie: owner.cookie })
    const tokens = await logIn(await app(rig), browser(rig.url), { email, password })
    sid = String(decodeJwt(tokens.access_token).sid)
    const row = await rig.database('signing_key').where({ slot: 'current' }).first()
    const jwk = JSON.parse(openSecrets(rigSecret).open(row.private_key))
    const key = createPrivateKey({ key: jwk, format: 'jwk' })
    const program = { sub: 'orders', client_id: 'orders', roles: ['system'], sid: undefined }
    mint = penWith(key, jwk.kid, rig.issuer, program)
  })
  after(() => rig?.stop())

  /** Somebody new where the account itself is changed. */
  async function about({ path, method, demand }: Operation): Promise<readonly Instance[]> {
    const isFresh = path.startsWith('/api/admin/users/{id}') && method !== 'GET' && demand
    const id = isFresh ? await newVictim() : ids[0]
    const at = path.replace('{id}', String(id)).replace('{sid}', sid)
    return [{ path: at, isOwned: path !== at }]
  }

  async function ask(caller: Caller, method: string, path: string, body: unknown) {
    const cookie = cookies.get(caller.name)
    const bearer = caller.scopes && mint.token({ scope: caller.scopes.join(' ') })
    const as = { ...(cookie ? { cookie } : {}), ...(bearer ? { bearer } : {}) }
    const { status, json } = await rig.ask(method, path, body, as)
    return { status, text: JSON.stringify(json) }
  }

  async function things(): Promise<unknown> {
    const of = (table: string, column: string) =>
      rig.database(table).whereIn(column, ids).orderBy(column)
    return Promise.all([
      of('account', 'id'),
      of('preferences', 'user_id'),
      of('user_role', 'user_id'),
      of('credential', 'user_id'),
      of('verified_email', 'user_id'),
      rig.database('session').whereIn('user_id', ids).orderBy('token'),
    ])
  }

  describe('by the document', () => {
    let found: Reached
    before(async () => {
      found = await reach(document, {
        knowsPrograms: true,
        about,
        fields: () => ({
          email: `owner-${secret}@example.test`,
          password: 'not-the-right-one',
          current: 'not-the-right-one',
          roles: ['customer', 'admin'],
          ...(victims % 2 === 0 ? { city: 'Cali' } : { name: 'Another' }),
        }),
        ask,
        // The address itself is what a login or a registration sends.
        secrets: () => [secret],
        things,
        alsoMay: {},
        leftOut: { logout: 'ends the session that it comes with' },
        unshown: {
          changePassword: 'another test; it ends sessions',
          sendVerification: 'another test; it writes a mail each time',
          patchUser: 'another test; the address may be taken',
          changeProfile: 'it would change what is held against',
        },
      })
    })

    it('is nobody but the owner and those whose work it is', () => {
      expect(found.wrong).to.deep.equal([])
      expect(found.asked).to.be.at.least(500)
    })

    it('is somebody: who may see things does', () => {
      expect(found.shown).to.include.members(['getProfile', 'getUser', 'listUsers', 'getContact'])
    })
  })

  it('shows one’s own profile to oneself only: no operation names another’s', async () => {
    const mine = operations.filter(({ path }) => /profile|preferences|email|password/.test(path))
    expect(mine.every(({ path }) => !path.includes('{'))).to.equal(true)
    const cookie = cookies.get('stranger') ?? ''
    const own = await rig.ask('GET', '/api/profile?id=1&user_id=2', undefined, { cookie })
    expect(own.json.email).to.equal('stranger@example.test')
  })

  it('owns every route that its manifest names', async () => {
    const file = new URL('../../manifest.yaml', import.meta.url)
    const described = operations.map(
      ({ path, method }) => `${method} ${path.replace(/\{(\w+)\}/g, ':$1')}`,
    )
    const named = [
      ...readFileSync(file, 'utf8').matchAll(/path: ([^,]+), methods: \[([^\]]+)\]/g),
    ].flatMap(([, path, methods]) => (methods ?? '').split(', ').map((one) => `${one} ${path}`))
    expect(named.filter((one) => !one.endsWith(' /identity/*'))).to.have.members(described)
  })
})
