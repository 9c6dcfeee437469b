import { sleep, until } from '@matapalo/runtime'
import { expect } from 'chai'
import { type TestEdge, type TestEdgeOptions, testEdge } from '../harness.ts'
import { get, ok, post, type Visit, type WireUpstream, wireClient, wireUpstream } from './wire.ts'

const chunked = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'

for (const forwarder of ['undici', 'middleware'] as const) {
  describe(`Forwarding over ${forwarder}`, () => {
    const stops: (() => Promise<void>)[] = []
    let upstream: WireUpstream
    let visits: Visit[]
    let edge: TestEdge

    /** An edge with one upstream connection, and an upstream that answers in turn. */
    const open = async (
      answers: readonly (string | ((visit: Visit) => void))[],
      options: Partial<TestEdgeOptions> = {},
    ) => {
      visits = []
      upstream = await wireUpstream((visit) => {
        const answer = answers[Math.min(visits.length, answers.length - 1)] as (typeof answers)[0]
        visits.push(visit)
        if (typeof answer === 'string') visit.socket.write(Buffer.from(answer, 'latin1'))
        else answer(visit)
      })
      edge = await testEdge({ monolith: upstream.url, forwarder, connections: 1, ...options })
      stops.push(upstream.stop, edge.stop)
      return wireClient(edge.url)
    }
    afterEach(async () => {
      for (const stop of stops.reverse()) await stop()
      stops.length = 0
    })
    /** The pool is as good as new: one more request gets its own answer. */
    const serves = async (): Promise<void> => {
      const client = wireClient(edge.url)
      client.write(get())
      expect(await client.see(/\r\n\r\n.*sound$/s)).to.match(/^HTTP\/1.1 200 /)
      client.socket.destroy()
    }
    const sound = ok('sound')

    describe('frames answers as the upstream did', () => {
      it('by length', async () => {
        const client = await open([ok('hello')])
        client.write(get())
        expect(await client.see('hello')).to.match(/content-length: 5\r\n/i)
      })

      it('by chunks', async () => {
        const client = await open([`${chunked}5\r\nhello\r\n3\r\n...\r\n0\r\n\r\n`, sound])
        client.write(get())
        const text = await client.see(/\r\n0\r\n\r\n$/)
        expect(text).to.match(/transfer-encoding: chunked/i)
        expect(text).to.contain('hello')
        await serves()
      })

      it('by chunks, for an HTTP/1.0 client until the end', async () => {
        const client = await open([`${chunked}5\r\nhello\r\n0\r\n\r\n`])
        client.write('GET /orders HTTP/1.0\r\nHost: shop\r\n\r\n')
        const text = await client.end()
        expect(text).not.to.match(/transfer-encoding/i)
        expect(text).to.match(/\r\n\r\nhello$/)
      })

      it('until the end', async () => {
        const client = await open([
          ({ socket }) => socket.end('HTTP/1.1 200 OK\r\n\r\nhello'),
          sound,
        ])
        client.write(get('/orders', 'Connection: close\r\n'))
        expect(await client.end()).to.contain('hello')
        await serves()
      })

      it('with no content at all: 204, 304 with a length, and HEAD', async () => {
        const client = await open([
          'HTTP/1.1 204 No Content\r\n\r\n',
          'HTTP/1.1 304 Not Modified\r\nContent-Length: 99\r\nETag: "x"\r\n\r\n',
          'HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n',
          sound,
        ])
        client.write(get())
        expect(await client.see('204 ')).not.to.match(/content-length/i)
        client.write(get())
        expect(await client.see('304 ')).to.match(/etag: "x"/i)
        client.write('HEAD /orders HTTP/1.1\r\nHost: shop\r\n\r\n')
        expect(await client.see('200 OK')).to.match(/content-length: 99\r\n/i)
        client.write(get())
        await client.see('sound')
      })
    })

    describe('shows a broken answer as broken', () => {
      const cut: Readonly<Record<string, (visit: Visit) => void>> = {
        'shorter than its length': ({ socket }) =>
          socket.end('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello'),
        'without its last chunk': ({ socket }) => socket.end(`${chunked}5\r\nhello\r\n`),
        'with a broken chunk': ({ socket }) => socket.write(`${chunked}5\r\nhello\r\nzz\r\n`),
        'reset in the middle': ({ socket }) => {
          socket.write(`${chunked}5\r\nhello\r\n`)
          setTimeout(() => socket.resetAndDestroy(), 20)
        },
      }
      for (const [what, answer] of Object.entries(cut)) {
        it(what, async () => {
          const client = await open([answer, sound])
          client.write(get())
          const text = await client.end()
          expect(text).not.to.match(/\r\n0\r\n\r\n$/)
          expect(text).not.to.match(/content-length: 5\r\n/i)
          await serves()
        })
      }

      const refused: Readonly<Record<string, string>> = {
        'two lengths': 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!',
        'a length beside chunks': `HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
        'no status': 'HTTP/1.1 hello\r\n\r\n',
        'another protocol': 'SSH-2.0-OpenSSH\r\n\r\n',
        'a control character in a field':
          'HTTP/1.1 200 OK\r\nX-A: a\x01b\r\nContent-Length: 0\r\n\r\n',
        'a protocol that nobody asked for':
          'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n',
      }
      for (const [what, answer] of Object.entries(refused)) {
        it(`502 for ${what}`, async () => {
          const client = await open([answer, sound])
          client.write(post('x'))
          expect(await client.see('MATAPALO_EDGE_UPSTREAM_BROKE')).to.match(/^HTTP\/1.1 502 /)
          expect(visits.length).to.equal(1)
          await serves()
        })
      }

      it('and what follows an answer is nobody’s', async () => {
        const client = await open([ok('hello') + ok('stale'), sound])
        client.write(get())
        await client.see('hello')
        await serves()
        expect(client.text()).not.to.contain('stale')
      })
    })

    describe('passes on', () => {
      it('hints, but not to an HTTP/1.0 client', async () => {
        const hints = 'HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n'
        const client = await open([hints + ok('hello')])
        client.write(get())
        expect(await client.see('hello')).to.match(
          /^HTTP\/1.1 103 Early Hints\r\nlink: <\/a.css>; rel=preload\r\n/i,
        )
        const old = wireClient(edge.url)
        old.write('GET /orders HTTP/1.0\r\nHost: shop\r\n\r\n')
        expect(await old.end()).to.match(/^HTTP\/1.1 200 /)
      })

      it('no hint that is none, and the answer behind it', async () => {
        const client = await open([
          `HTTP/1.1 103 Early Hints\r\nLink: nonsense\r\n\r\n${ok('hello')}`,
        ])
        client.write(get())
        await client.see('hello')
      })

      it('repeated fields one by one, in order, and none of the hop', async () => {
        const fields =
          'Set-Cookie: a=1\r\nSet-Cookie: b=2; Path=/\r\nVary: a\r\nVary: b\r\n' +
          'WWW-Authenticate: Basic\r\nWWW-Authenticate: Digest\r\n' +
          'Connection: keep-alive, X-Hop\r\nX-Hop: 1\r\nKeep-Alive: timeout=9\r\nTrailer: X-T\r\n' +
          'Upgrade: h2c\r\nProxy-Authenticate: Basic\r\n'
        const client = await open([ok('hello', fields)])
        client.write(get('/orders', 'Accept: a\r\nX-L: 1\r\nX-L: 2\r\n'))
        const text = await client.see('hello')
        expect(text).to.match(/set-cookie: a=1\r\n.*set-cookie: b=2; Path=\/\r\n/is)
        expect(text).to.match(/www-authenticate: Basic\r\n.*www-authenticate: Digest\r\n/is)
        expect(text).not.to.match(/x-hop|timeout=9|trailer|h2c|proxy-authenticate/i)
        expect(visits[0]?.head).to.match(/x-l: 1\r\n.*x-l: 2\r\n/is)
      })

      it('octets as they are, in fields and contents', async () => {
        const all = String.fromCharCode(...Array.from({ length: 256 }, (_, i) => i))
        const client = await open([ok(all, 'X-A: caf\xe9\r\n')])
        client.write(get())
        expect(await client.see(all)).to.match(/x-a: caf\xe9\r\n/i)
      })

      it('no trailers of an answer, and its content whole', async () => {
        const client = await open([`${chunked}5\r\nhello\r\n0\r\nX-T: 1\r\n\r\n`, sound])
        client.write(get('/orders', 'TE: trailers\r\nConnection: TE\r\n'))
        expect(await client.see(/\r\n0\r\n\r\n$/)).not.to.match(/x-t/i)
        await serves()
      })

      it('an early answer to an upload, whole', async () => {
        const early =
          'HTTP/1.1 413 Too Large\r\nContent-Length: 5\r\nConnection: close\r\n\r\nlarge'
        const client = await open([({ socket }) => socket.end(early), sound])
        client.write('POST /orders HTTP/1.1\r\nHost: shop\r\nContent-Length: 9999999\r\n\r\nhello')
        expect(await client.see('large')).to.match(/^HTTP\/1.1 413 /)
        await serves()
      })
    })

    describe('keeps upstream connections', () => {
      it('for many requests, one after the other', async () => {
        const client = await open([sound])
        for (let i = 0; i < 5; i++) {
          client.write(i % 2 === 0 ? get() : post('x'))
          await until(() => client.text().split('sound').length === i + 2, { timeoutMs: 5_000 })
        }
        expect(visits.length).to.equal(5)
        expect(upstream.accepted()).to.equal(1)
      })

      it('and serves a write once when the upstream has closed an idle one', async () => {
        const client = await open([({ socket }) => socket.end(Buffer.from(sound)), sound])
        client.write(get())
        await client.see('sound')
        await until(() => upstream.open() === 0, { timeoutMs: 5_000 })
        client.write(post('x'))
        await until(() => client.text().split('sound').length === 3, { timeoutMs: 5_000 })
        expect(visits.length).to.equal(2)
      })

      it('not after HTTP/1.0 or Connection: close', async () => {
        const client = await open(['HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello', sound])
        client.write(get())
        await client.see('hello')
        await serves()
      })
    })

    describe('tells each side when the other is gone', () => {
      it('the upstream, in the middle of an answer', async () => {
        const client = await open([`${chunked}5\r\nhello\r\n`, sound])
        client.write(get())
        await client.see('hello')
        client.socket.destroy()
        expect(await until(() => upstream.open() === 0, { timeoutMs: 5_000 })).to.equal(true)
        await serves()
      })

      it('the upstream, in the middle of an upload', async () => {
        const client = await open([() => undefined, sound])
        client.write('POST /orders HTTP/1.1\r\nHost: shop\r\nContent-Length: 99\r\n\r\nhello')
        expect(await until(() => visits.length === 1, { timeoutMs: 5_000 })).to.equal(true)
        client.socket.destroy()
        expect(await until(() => upstream.open() === 0, { timeoutMs: 5_000 })).to.equal(true)
        await serves()
      })

      it('the upstream, before it has said a word', async () => {
        const client = await open([() => undefined, sound])
        client.write(get())
        expect(await until(() => visits.length === 1, { timeoutMs: 5_000 })).to.equal(true)
        client.socket.resetAndDestroy()
        expect(await until(() => upstream.open() === 0, { timeoutMs: 5_000 })).to.equal(true)
        await serves()
      })

      it('the client, when there is no answer in time', async () => {
        const client = await open([() => undefined, sound], { upstreamMaxMs: 150 })
        client.write(get())
        expect(await client.see('MATAPALO_EDGE_UPSTREAM_SLOW')).to.match(/^HTTP\/1.1 504 /)
        expect(await until(() => upstream.open() === 0, { timeoutMs: 5_000 })).to.equal(true)
        await serves()
      })
    })

    it('stops reading an upload that the upstream does not read', async () => {
      const client = await open([({ socket }) => socket.pause()])
      client.write('POST /orders HTTP/1.1\r\nHost: shop\r\nContent-Length: 99999999\r\n\r\n')
      client.write('x'.repeat(1_000))
      await until(() => visits.length === 1, { timeoutMs: 5_000 })
      let written = 0
      const chunk = Buffer.alloc(65_536)
      let waiting = false
      const more = (): void => {
        while (written < 64 * 2 ** 20) {
          written += chunk.length
          if (!client.socket.write(chunk)) {
            waiting = true
            client.socket.once('drain', more)
            return
          }
        }
      }
      more()
      let before = -1
      await until(
        async () => {
          const still = before === written && waiting
          before = written
          await sleep(60)
          return still
        },
        { timeoutMs: 5_000 },
      )
      expect(written).to.be.lessThan(32 * 2 ** 20)
    })

    it('answers pipelined requests in their order', async () => {
      const answers = [
        ({ socket }: Visit) => void setTimeout(() => socket.write(ok('first')), 60),
        ok('second'),
        ok('third'),
      ]
      const client = await open(answers)
      client.write(get('/orders/1') + post('x') + get('/orders/3'))
      const text = await client.see('third')
      expect(text).to.match(/first.*second.*third/s)
      expect(visits.map(({ head }) => head.split(' ')[0])).to.deep.equal(['GET', 'POST', 'GET'])
    })

    it('answers what was whole before a message that is broken, and nothing after it', async () => {
      const slowly = ({ socket }: Visit) => void setTimeout(() => socket.write(ok('slow')), 60)
      const client = await open([slowly, ok('quick')])
      client.write(`${get()}${get()}G@T / HTTP/1.1\r\n\r\n`)
      expect(await client.end()).to.match(/200 OK.*slow.*200 OK.*quick.*400 Bad Request/s)
      const other = wireClient(edge.url)
      visits.length = 0
      other.write(get() + get('/a/../b') + get('/orders/behind'))
      expect(await other.end()).to.match(/200 OK.*slow.*400 Bad Request(?!.*200 OK)/s)
      expect(visits.length).to.equal(1)
    })
  })
}
