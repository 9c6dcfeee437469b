import { expect } from 'chai'
import { identityReader } from '../src/identity.ts'
import { newSigner } from './signer.ts'

describe('identityReader', () => {
  it('reads what the edge signed', async () => {
    const edge = await newSigner()
    const token = await edge.sign({ roles: ['staff'], sub: '7' })
    const identity = await identityReader(edge.keys)(token)
    expect(identity).to.deep.equal({ userId: 7, name: 'Somebody', roles: ['staff'] })
  })

  it('knows nobody without a token', async () => {
    const edge = await newSigner()
    expect(await identityReader(edge.keys)(undefined)).to.equal(null)
  })

  for (const [what, claims] of [
    ['expired', { roles: ['staff'], expiresIn: -10 }],
    ['for another service', { roles: ['staff'], audience: 'orders' }],
    ['of another issuer', { roles: ['staff'], issuer: 'somebody' }],
  ] as const) {
    it(`refuses an identity that is ${what}`, async () => {
      const edge = await newSigner()
      expect(await identityReader(edge.keys)(await edge.sign(claims))).to.equal(null)
    })
  }

  it('refuses a forged signature', async () => {
    const edge = await newSigner()
    const forger = await newSigner()
    const token = await forger.sign({ roles: ['staff'] })
    expect(await identityReader(edge.keys)(token)).to.equal(null)
  })

  it('refuses an unsigned token', async () => {
    const edge = await newSigner()
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const claims = { iss: 'matapalo-edge', aud: 'catalog', sub: '1', exp: 4e9, roles: ['staff'] }
    const token = `${part({ alg: 'none' })}.${part(claims)}.`
    expect(await identityReader(edge.keys)(token)).to.equal(null)
  })
})
