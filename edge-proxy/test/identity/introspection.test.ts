import { expect } from 'chai'
import { createLocalJWKSet, exportJWK, generateKeyPair, jwtVerify } from 'jose'
import { openSigner } from '../../src/identity/assertion.ts'
import { IdentityUnknown } from '../../src/identity/errors.ts'
import { type Identity, Introspection, parseSession } from '../../src/identity/introspection.ts'

const ana: Identity = { id: '7', name: 'Ana', roles: ['staff'] }
const refused = (error: unknown) => error

describe('Introspection', () => {
  it('asks once for many, and again when the answer is old', async () => {
    let asked = 0
    const introspection = new Introspection(async () => {
      asked += 1
      return ana
    }, 0)
    const many = [introspection.identify('c:a', 'a'), introspection.identify('c:a', 'a')]
    expect(await Promise.all(many)).to.deep.equal([ana, ana])
    expect(asked).to.equal(1)
    await introspection.identify('c:a', 'a')
    expect(asked).to.equal(2)
  })

  it('does not remember an answer that was under way when the session changed', async () => {
    const answers: ((identity: Identity | null) => void)[] = []
    const introspection = new Introspection(
      () => new Promise((resolve) => answers.push(resolve)),
      60_000,
    )
    const before = introspection.identify('c:a', 'a')
    introspection.forget('c:a')
    answers[0]?.(ana)
    expect(await before).to.equal(ana)
    const after = introspection.identify('c:a', 'a')
    answers[1]?.(null)
    expect(await after).to.equal(null)
    expect(await introspection.identify('c:a', 'a')).to.equal(null)
  })

  it('lets the last answer stand while nobody can be asked, unless the session changed', async () => {
    let away = false
    const introspection = new Introspection(async () => {
      if (away) throw new Error('away')
      return ana
    }, 0)
    await introspection.identify('c:a', 'a')
    away = true
    expect(await introspection.identify('c:a', 'a')).to.equal(ana)
    introspection.forget('c:a')
    expect(await introspection.identify('c:a', 'a').catch(refused)).to.be.instanceOf(
      IdentityUnknown,
    )
    expect(await introspection.identify('c:b', 'b').catch(refused)).to.be.instanceOf(
      IdentityUnknown,
    )
  })
})

describe('parseSession', () => {
  it('reads a user, and nobody', () => {
    const text = '{"user":{"id":7,"name":"Ana","email":"a@b","roles":["staff",1]}}'
    expect(parseSession(text)).to.deep.equal(ana)
    expect(parseSession('{"user":null}')).to.equal(null)
  })

  it('refuses anything else: an error page is not "nobody"', () => {
    for (const text of ['{}', '{"user":1}', '{"user":{}}', '<html>', 'null']) {
      expect(() => parseSession(text), text).to.throw()
    }
  })
})

describe('openSigner', () => {
  it('signs for one upstream, for a minute, verifiable by the public key alone', async () => {
    const { privateKey, publicKey } = await generateKeyPair('EdDSA', { extractable: true })
    const jwk = { ...(await exportJWK(privateKey)), kid: 'k1', alg: 'EdDSA' }
    const signer = await openSigner(JSON.stringify(jwk))
    const jwt = await signer.sign(ana, 'catalog')
    expect(await signer.sign(ana, 'catalog')).to.equal(jwt)
    const keys = createLocalJWKSet({ keys: [{ ...(await exportJWK(publicKey)), kid: 'k1' }] })
    const { payload } = await jwtVerify(jwt, keys, { issuer: 'matapalo-edge', audience: 'catalog' })
    expect(payload).to.include({ sub: '7', name: 'Ana' })
    expect(payload.roles).to.deep.equal(['staff'])
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).to.equal(60)
    const other = await jwtVerify(jwt, keys, { audience: 'orders' }).catch(refused)
    expect(other).to.be.instanceOf(Error)
  })
})
