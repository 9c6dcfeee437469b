import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import { identityReader } from '../src/identity.ts'
import { KeysUnavailable } from '../src/tokens.ts'
import { isStrictToken } from '../src/tokenText.ts'
import { type Mint, newMint } from './pen.ts'
import { newSigner } from './signer.ts'
import { tokenKinds } from './tokenKinds.ts'

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

describe('bearer tokens', () => {
  let mint: Mint
  let read: ReturnType<typeof identityReader>
  before(async () => {
    mint = newMint()
    const edge = { keys: (await newSigner()).keys, audience: 'catalog' }
    read = identityReader({ edge, provider: { issuer: mint.issuer, keys: mint.keys } })
  })

  it('name the person, the client, the session and the scopes', async () => {
    expect(await read(bearer(mint.token({ scope: 'a b', name: 'Ana' })))).to.deep.equal({
      userId: 7,
      name: 'Ana',
      roles: ['customer'],
      scopes: ['a', 'b'],
      clientId: 'app',
      sid: 's',
    })
  })

  it('are at least thirty kinds', () => {
    expect(Object.keys(tokenKinds).length).to.be.at.least(30)
  })

  for (const [kind, make] of Object.entries(tokenKinds)) {
    it(`are refused: ${kind}`, async () => {
      expect(await read(bearer(mint.token()))).not.to.equal(null)
      expect(await read(bearer(make(mint)))).to.equal(null)
    })
  }

  it('are read strictly', async () => {
    const valid = mint.token()
    expect(isStrictToken(valid)).to.equal(true)
    expect(await read({ authorization: `bearer ${valid}` })).not.to.equal(null)
    for (const header of [`Bearer  ${valid}`, `Bearer ${valid} `, `Bearer\t${valid}`, 'Bearer']) {
      expect(await read({ authorization: header }), header).to.equal(null)
    }
  })
})

describe('keys behind a URL', () => {
  const serving = async (answer: () => { status: number; body: unknown }) => {
    let asked = 0
    const server = createServer((_request, response) => {
      asked += 1
      const { status, body } = answer()
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`)
    return { url, asked: () => asked, stop: () => server.close() }
  }

  it('are fetched once for any number of unknown kids', async () => {
    const [mint, stranger] = [newMint(), newMint()]
    const keys = await serving(() => ({ status: 200, body: mint.keys }))
    const edge = { keys: (await newSigner()).keys, audience: 'catalog' }
    const read = identityReader({ edge, provider: { issuer: mint.issuer, keys: keys.url } })
    expect(await read(bearer(mint.token()))).not.to.equal(null)
    for (let at = 0; at < 50; at += 1) {
      expect(await read(bearer(stranger.token({}, { kid: `k${at}x` })))).to.equal(null)
    }
    expect(keys.asked()).to.equal(1)
    keys.stop()
  })

  it('leave a token unjudged while they cannot be had', async () => {
    const mint = newMint()
    const keys = await serving(() => ({ status: 500, body: {} }))
    const edge = { keys: (await newSigner()).keys, audience: 'catalog' }
    const read = identityReader({ edge, provider: { issuer: mint.issuer, keys: keys.url } })
    const error = await read(bearer(mint.token())).catch((one: unknown) => one)
    expect(error).to.be.instanceOf(KeysUnavailable)
    keys.stop()
  })
})
