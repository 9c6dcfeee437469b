import { once } from 'node:events'
import { connect } from 'node:net'
import { expect } from 'chai'
import { createLocalJWKSet, decodeJwt, type JSONWebKeySet, jwtVerify } from 'jose'
import { tokenKinds } from '../../../../services/kit/test/tokenKinds.ts'
import { InvalidToken } from '../../../src/identity/errors.ts'
import { type TestEdge, testEdge, type Upstream, upstream } from '../../harness.ts'
import { bearersOf, type Issuer, newIssuer, penOf, rule, tokensOf } from './issuer.ts'

/** Status line, fields and content of the answer to one request with these fields. */
async function raw(url: string, fields: readonly string[]): Promise<string> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  const lines = ['GET /api/books/1 HTTP/1.1', `Host: ${hostname}:${port}`, 'Connection: close']
  socket.write(Buffer.from(`${[...lines, ...fields].join('\r\n')}\r\n\r\n`, 'latin1'))
  let text = ''
  socket.setEncoding('latin1').on('data', (chunk) => {
    text += chunk
  })
  await once(socket, 'close')
  return text
}

describe('tokens that nobody may believe', () => {
  let issuer: Issuer
  let edge: TestEdge
  let service: Upstream
  const heard: string[] = []

  before(async () => {
    issuer = await newIssuer()
    service = await upstream((req, res) => {
      heard.push(req.headers['x-matapalo-identity'] as string)
      res.end('served')
    })
    edge = await testEdge({
      monolith: service.url,
      service: service.url,
      domain: { owner: 'service' },
      tokens: tokensOf(issuer),
    })
  })
  beforeEach(() => {
    heard.length = 0
  })
  after(async () => {
    await edge.stop()
    await service.stop()
  })

  it('are at least thirty kinds', () => {
    expect(Object.keys(tokenKinds).length).to.be.at.least(30)
  })

  for (const [kind, make] of Object.entries(tokenKinds)) {
    it(`are refused with 401 and a reason, on a public route too: ${kind}`, async () => {
      const token = make(penOf(issuer))
      const answer = await raw(edge.url, [`Authorization: Bearer ${token}`])
      expect(answer).to.match(/^HTTP\/1\.1 401 /)
      expect(answer).to.match(
        /www-authenticate: Bearer realm="matapalo", error="invalid_token", error_description="[^"\\]+"\r/,
      )
      expect(answer).to.contain('"code":"MATAPALO_EDGE_INVALID_TOKEN"')
      expect(heard).to.deep.equal([])
    })
  }

  const good = () => issuer.token()

  it('are not those that are good', async () => {
    for (const scheme of ['Bearer', 'bearer', 'BEARER']) {
      const answer = await raw(edge.url, [`Authorization: ${scheme} ${await good()}`])
      expect(answer).to.match(/^HTTP\/1\.1 200 /)
    }
    const many = await raw(edge.url, [
      `Authorization: Bearer ${await issuer.token({ aud: ['x', 'bookshop'] })}`,
    ])
    expect(many).to.match(/^HTTP\/1\.1 200 /)
    expect(heard).to.deep.equal(['7@catalog', '7@catalog', '7@catalog', '7@catalog'])
  })

  it('come in two fields, also when both are good', async () => {
    const fields = [
      `Authorization: Bearer ${await good()}`,
      `authorization: Bearer ${await good()}`,
    ]
    expect(await raw(edge.url, fields)).to.match(/^HTTP\/1\.1 400 /)
    expect(await raw(edge.url, [fields[0] as string, 'Authorization: Basic eDp5'])).to.match(
      /^HTTP\/1\.1 400 /,
    )
    expect(heard).to.deep.equal([])
  })

  it('come in a field spelt with an underscore, or under a scheme spelt oddly', async () => {
    expect(await raw(edge.url, [`Authorization_: Bearer ${await good()}`])).to.match(/ 200 /)
    expect(heard).to.deep.equal([undefined])
    for (const odd of ['Bearer', 'Bearer\t', 'Bearer,', 'bearer:', 'Bearer/']) {
      const answer = await raw(edge.url, [`Authorization: ${odd}${await good()}`.trimEnd()])
      // `BearereyJ…` is a scheme of its own: nobody's identity.
      if (odd === 'Bearer') expect(answer).to.match(/ 200 /)
      else expect(answer, odd).to.match(/^HTTP\/1\.1 401 /)
    }
    expect(heard).to.deep.equal([undefined, undefined])
  })

  it('are refused in whatever order, before and after a good one is remembered', async () => {
    const bearers = bearersOf(issuer)
    const token = await good()
    const [header, payload] = token.split('.')
    const forged = `${header}.${payload}.${Buffer.alloc(64, 1).toString('base64url')}`
    const judge = async (one: string) => {
      try {
        return (await bearers.of(`Bearer ${one}`))?.identity.id
      } catch (error) {
        return error
      }
    }
    expect(await judge(forged)).to.be.instanceOf(InvalidToken)
    expect(await judge(token)).to.equal('7')
    expect(await judge(forged)).to.be.instanceOf(InvalidToken)
    expect(await judge(`${token}=`)).to.be.instanceOf(InvalidToken)
    expect(await judge(token)).to.equal('7')
  })

  describe('convict', () => {
    const believes = async (verify: (token: string) => unknown): Promise<readonly string[]> => {
      const believed: string[] = []
      for (const [kind, make] of Object.entries(tokenKinds)) {
        const token = make(penOf(issuer))
        try {
          await verify(token)
          believed.push(kind)
        } catch {}
      }
      return believed
    }
    const keys = () => createLocalJWKSet(JSON.parse(issuer.jwks) as JSONWebKeySet)

    it('an edge that reads a token without verifying it', async () => {
      const believed = await believes((token) => decodeJwt(token))
      expect(believed.length).to.be.greaterThan(30)
    })

    it('an edge without the strict syntax', async () => {
      const { algorithms, issuer: iss, audience } = rule
      const options = { algorithms, issuer: iss, audience, typ: 'at+jwt', requiredClaims: ['exp'] }
      const believed = await believes((token) => jwtVerify(token, keys(), options))
      expect(believed).to.include.members([
        'padding at the end',
        'a space in the signature',
        'stray bits in the signature',
        'sub twice',
      ])
    })

    it('an edge that does not look for whom, from whom and until when', async () => {
      const options = { currentDate: new Date(0) }
      const believed = await believes((token) => jwtVerify(token, keys(), options))
      expect(believed).to.include.members(['another audience', 'another issuer', 'an ID token'])
      expect(believed).to.include('expired')
    })
  })
})
