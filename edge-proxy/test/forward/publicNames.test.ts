import { Socket } from 'node:net'
import { expect } from 'chai'
import { publishNames } from '../../src/forward/publicNames.ts'
import { type TestEdge, testEdge, type Upstream, upstream } from '../harness.ts'

const upstreams = {
  monolith: ['http://127.0.0.1:3101', 'http://10.0.0.7:3101'],
  catalog: ['https://catalog.internal:8443', 'http://plain.internal'],
}
const secure = Object.assign(new Socket(), { encrypted: true })

/** What the client gets of a field. */
const published = (name: string, value: string, host = 'shop.test', tls = false): string => {
  const fields = ['x-a', '1', name, value]
  publishNames(fields, upstreams, {
    req: tls ? { socket: secure } : {},
    line: { host },
  })
  return fields[3] as string
}

describe('publishNames', () => {
  const locations: readonly (readonly [written: string, plain: string, tls: string])[] = [
    ['http://127.0.0.1:3101/account?a=1#b', 'http://shop.test/account?a=1#b', 's/account?a=1#b'],
    ['HTTP://127.0.0.1:3101', 'http://shop.test', 's'],
    ['http://10.0.0.7:3101/', 'http://shop.test/', 's/'],
    ['http://localhost:3101/x', 'http://shop.test/x', 's/x'],
    ['http://[::1]:3101/x', 'http://shop.test/x', 's/x'],
    ['//127.0.0.1:3101/x', 'http://shop.test/x', 's/x'],
    ['https://CATALOG.internal:8443/x', 'http://shop.test/x', 's/x'],
    ['http://plain.internal/x', 'http://shop.test/x', 's/x'],
    ['http://plain.internal:80/x', 'http://shop.test/x', 's/x'],
    ['http://shop.test/x', '=', 's/x'],
    ['http://shop.test:80/x', '=', 's/x'],
    ['http://shop.test:443/x', '=', 's/x'],
    ['https://shop.test/x', '=', '='],
    ['http://shop.test:8080/x', '=', '='],
    ['//shop.test/x', '=', '='],
    ['/account', '=', '='],
    ['account?next=http://127.0.0.1:3101/', '=', '='],
    ['', '=', '='],
    ['http://127.0.0.1:3102/x', '=', '='],
    ['http://127.0.0.1/x', '=', '='],
    ['https://plain.internal/x', '=', '='],
    ['https://pay.test/?back=http://127.0.0.1:3101/', '=', '='],
    ['http://127.0.0.1:3101@pay.test/', '=', '='],
    ['http://127.0.0.1:3101.pay.test/', '=', '='],
    ['mailto:shop@shop.test', '=', '='],
    ['http://', '=', '='],
  ]
  for (const [written, plain, tls] of locations) {
    const result = (text: string): string =>
      text === '=' ? written : text.replace(/^s/, 'https://shop.test')
    it(`gives a client what it can reach of Location: ${written}`, () => {
      expect(published('Location', written)).to.equal(plain === '=' ? written : plain)
      expect(published('location', written, 'shop.test', true)).to.equal(result(tls))
      expect(published('Content-Location', written)).to.equal(plain === '=' ? written : plain)
    })
  }

  it('keeps the port that the client used', () => {
    const inside = 'http://127.0.0.1:3101/x'
    expect(published('Location', inside, 'shop.test:8080')).to.equal('http://shop.test:8080/x')
    expect(published('Location', inside, '127.0.0.1:3101')).to.equal(inside)
    expect(published('Location', 'http://shop.test:8443/x', 'shop.test:8443', true)).to.equal(
      'https://shop.test:8443/x',
    )
  })

  it('sees where Refresh leads', () => {
    const inside = 'http://127.0.0.1:3101/x'
    for (const before of ['0;url=', '5; URL=', '1.5, url = ', '0; url="', "0;url='", '0;']) {
      expect(published('Refresh', before + inside)).to.equal(`${before}http://shop.test/x`)
    }
    expect(published('Refresh', '0;url="http://127.0.0.1:3101"')).to.equal(
      '0;url="http://shop.test"',
    )
    for (const other of ['5', '5; url=/x', '0;url=https://pay.test/']) {
      expect(published('Refresh', other)).to.equal(other)
    }
  })

  const cookies: readonly (readonly [written: string, gets: string])[] = [
    ['sid=1; Domain=127.0.0.1; Path=/', 'sid=1; Path=/'],
    ['sid=1; path=/a; domain=.Catalog.Internal; HttpOnly', 'sid=1; path=/a; HttpOnly'],
    ['sid=1;Domain=localhost', 'sid=1'],
    ['sid=1; Domain=localhost; Domain=10.0.0.7', 'sid=1'],
    ['sid=1; Domain=shop.test', '='],
    ['sid=1; Domain=test; Path=/shop', '='],
    ['sid=1; Domain=other.test', '='],
    ['sid=domain=localhost; Path=/', '='],
    ['sid=1; Path=/domain=localhost', '='],
    ['sid=1', '='],
  ]
  for (const [written, gets] of cookies) {
    it(`gives a client what it can keep of Set-Cookie: ${written}`, () => {
      expect(published('Set-Cookie', written)).to.equal(gets === '=' ? written : gets)
    })
  }

  it('leaves a cookie alone whose domain is the public host or above it', () => {
    for (const host of ['catalog.internal:8080', 'www.catalog.internal']) {
      const cookie = 'sid=1; Domain=catalog.internal'
      expect(published('Set-Cookie', cookie, host)).to.equal(cookie)
    }
  })
})

for (const forwarder of ['undici', 'middleware'] as const) {
  describe(`Answers over ${forwarder}`, () => {
    let monolith: Upstream
    let edge: TestEdge
    afterEach(async () => {
      await edge.stop()
      await monolith.stop()
    })

    it('lead clients to the public origin, not to where the upstream stands', async () => {
      monolith = await upstream((_req, res) => {
        res.writeHead(302, {
          location: `${monolith.url}/account`,
          'set-cookie': ['a=1; Domain=localhost; Path=/', 'b=2; Path=/b'],
        })
        res.end()
      })
      edge = await testEdge({ monolith: monolith.url, forwarder })
      const answer = await fetch(`${edge.url}/orders`, { redirect: 'manual' })
      expect(answer.headers.get('location')).to.equal(`${edge.url}/account`)
      expect(answer.headers.getSetCookie()).to.deep.equal([
        // Reached by an address, of which `localhost` is another name.
        'a=1; Path=/',
        'b=2; Path=/b',
      ])
    })
  })
}
