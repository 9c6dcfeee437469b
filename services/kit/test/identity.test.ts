import { expect } from 'chai'
import { identityReader } from '../src/identity.ts'
import { newSigner, type Signer } from './signer.ts'

const reader = (edge: Signer) => identityReader({ edge: { keys: edge.keys, audience: 'catalog' } })
const asserted = (token: string) => ({ 'x-matapalo-identity': token })

describe('identityReader', () => {
  it('reads what the edge signed', async () => {
    const edge = await newSigner()
    const token = await edge.sign({ roles: ['staff'], sub: '7' })
    expect(await reader(edge)(asserted(token))).to.deep.equal({
      userId: 7,
      name: 'Somebody',
      roles: ['staff'],
      scopes: [],
      clientId: null,
      sid: null,
    })
  })

  it('knows nobody without a token', async () => {
    expect(await reader(await newSigner())({})).to.equal(null)
  })

  it('takes a program for nobody in particular', async () => {
    const edge = await newSigner()
    const token = await edge.sign({ roles: ['system'], sub: 'orders' })
    expect(await reader(edge)(asserted(token))).to.include({ userId: null })
  })

  it('believes no bearer token without a provider, and no assertion beside one', async () => {
    const edge = await newSigner()
    const token = await edge.sign({ roles: ['staff'], sub: '7' })
    const both = { ...asserted(token), authorization: `Bearer ${token}` }
    expect(await reader(edge)(both)).to.equal(null)
  })

  for (const [what, claims] of [
    ['expired', { roles: ['staff'], expiresIn: -10 }],
    ['for another service', { roles: ['staff'], audience: 'orders' }],
    ['of another issuer', { roles: ['staff'], issuer: 'somebody' }],
  ] as const) {
    it(`refuses an identity that is ${what}`, async () => {
      const edge = await newSigner()
      expect(await reader(edge)(asserted(await edge.sign(claims)))).to.equal(null)
    })
  }

  it('refuses a forged signature', async () => {
    const edge = await newSigner()
    const forger = await newSigner()
    const token = await forger.sign({ roles: ['staff'] })
    expect(await reader(edge)(asserted(token))).to.equal(null)
  })

  it('refuses an unsigned token', async () => {
    const edge = await newSigner()
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const claims = { iss: 'matapalo-edge', aud: 'catalog', sub: '1', exp: 4e9, roles: ['staff'] }
    const token = `${part({ alg: 'none' })}.${part(claims)}.`
    expect(await reader(edge)(asserted(token))).to.equal(null)
  })
})
