import { listen } from '@bookshop/kit/http/server'
import { hasBearer, identityReader } from '@bookshop/kit/identity'
import { expect } from 'chai'
import { newMint } from '../../kit/test/pen.ts'
import { rawRequest, unrefused } from '../../kit/test/refusesTokens.ts'
import { tokenKinds } from '../../kit/test/tokenKinds.ts'
import { type Running, runStorefront } from './running.ts'

/** The storefront judges no token: it hands on what it got, as it got it, and believes the answer. */
describe('bad tokens at the storefront', function () {
  this.timeout(30_000)
  const mint = newMint()
  let door: Awaited<ReturnType<typeof listen>>
  let storefront: Running
  let personal: string[]

  before(async () => {
    const read = identityReader({
      edge: { keys: { keys: [] }, audience: 'x' },
      provider: { issuer: mint.issuer, keys: mint.keys },
    })
    const answers: Readonly<Record<string, object>> = {
      '/api/session': { user: { id: 7, name: 'Ana', email: 'a@b.test', roles: ['customer'] } },
      '/api/orders': { items: [] },
      '/api/cart': { items: [], total: '0.00' },
      '/api/categories': { items: [] },
    }
    door = await listen(
      async (request, response) => {
        const { pathname } = new URL(request.url ?? '', 'http://door')
        const known = await read(request.headers)
        const refused = hasBearer(request.headers) && known === null
        if (known !== null) personal.push(pathname)
        const anonymous = pathname === '/api/session' ? { user: null } : answers[pathname]
        response.writeHead(refused ? 401 : 200, { 'content-type': 'application/json' })
        const error = { error: { code: 'login_required', message: 'Log in' } }
        response.end(JSON.stringify(refused ? error : known ? answers[pathname] : anonymous))
      },
      '127.0.0.1',
      0,
    )
    storefront = await runStorefront(`http://127.0.0.1:${door.port}`)
  })
  beforeEach(() => {
    personal = []
  })
  after(async () => {
    await storefront?.stop()
    await door?.stop()
  })

  it('see no page that asks for a login, whatever cookie is beside them', async () => {
    for (const fields of [[], [`Cookie: sid=${'a'.repeat(64)}`]]) {
      const at = { url: storefront.url, method: 'GET', path: '/orders', refused: 303, known: 200 }
      expect(await unrefused(mint, { ...at, fields })).to.deep.equal([])
    }
  })

  it('are nobody on a public page', async () => {
    for (const [kind, make] of Object.entries(tokenKinds)) {
      const { text } = await rawRequest(storefront.url, 'GET', '/login', [
        `Authorization: Bearer ${make(mint)}`,
      ])
      expect(text, kind).to.not.include('Ana')
    }
    expect(personal).to.deep.equal([])
    const good = [`Authorization: Bearer ${mint.token()}`]
    expect((await rawRequest(storefront.url, 'GET', '/login', good)).text).to.include('Ana')
  })
})
