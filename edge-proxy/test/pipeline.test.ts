import { request as httpRequest, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { sleep, until } from '@matapalo/runtime'
import { expect } from 'chai'
import { Parents } from '../src/identity/parent.ts'
import {
  type TestEdge,
  type TestEdgeOptions,
  testEdge,
  type Upstream,
  upstream,
} from './harness.ts'

/** Says who it is, what it got, and how. */
const echo =
  (name: string, seen: string[] = []) =>
  (req: IncomingMessage, res: import('node:http').ServerResponse): void => {
    const chunks: Buffer[] = []
    req.on('data', (chunk: Buffer) => chunks.push(chunk))
    req.on('end', () => {
      seen.push(`${req.method} ${req.url} ${Buffer.concat(chunks)}`)
      const text = JSON.stringify({
        name,
        method: req.method,
        url: req.url,
        headers: req.headers,
        body: Buffer.concat(chunks).toString(),
      })
      res.setHeader('connection', 'keep-alive, x-secret-hop')
      res.setHeader('x-secret-hop', '1')
      res.setHeader('x-matapalo-internal', '1')
      res.end(text)
    })
  }

interface Echo {
  readonly name: string
  readonly method: string
  readonly url: string
  readonly headers: Record<string, string>
  readonly body: string
}

interface Refusal {
  readonly error: { readonly code: string; readonly retryable: boolean }
}

for (const forwarder of ['undici', 'middleware'] as const) {
  describe(`Pipeline over ${forwarder}`, () => {
    const stops: (() => Promise<void>)[] = []
    const seen: string[] = []
    let monolith: Upstream
    let service: Upstream

    beforeEach(async () => {
      seen.length = 0
      monolith = await upstream(echo('monolith', seen))
      service = await upstream(echo('service', seen))
      stops.push(monolith.stop, service.stop)
    })
    afterEach(async () => {
      for (const stop of stops.reverse()) await stop()
      stops.length = 0
    })

    const open = async (options: Partial<TestEdgeOptions> = {}): Promise<TestEdge> => {
      const edge = await testEdge({
        monolith: monolith.url,
        service: service.url,
        forwarder,
        ...options,
      })
      stops.push(edge.stop)
      return edge
    }
    const ask = async (edge: TestEdge, path: string, init: RequestInit = {}): Promise<Echo> => {
      const answer = await fetch(edge.url + path, init)
      expect(answer.status).to.equal(200)
      return (await answer.json()) as Echo
    }

    it('sends a domain route to its owner, before and after a switch', async () => {
      const edge = await open()
      expect((await ask(edge, '/api/books/1')).name).to.equal('monolith')
      edge.next({ owner: 'service' })
      expect((await ask(edge, '/api/books/1')).name).to.equal('service')
      expect((await ask(edge, '/orders')).name).to.equal('monolith')
    })

    it('sends a preflight to whoever answers what it asks for, unheld and unasked who it is', async () => {
      const edge = await open()
      const preflight = async (path: string, requested?: string): Promise<string> => {
        const headers: Record<string, string> = { origin: 'https://elsewhere.test' }
        if (requested !== undefined) headers['access-control-request-method'] = requested
        const { name, method } = await ask(edge, path, { method: 'OPTIONS', headers })
        return `${name} ${method}`
      }
      for (const owner of ['monolith', 'service'] as const) {
        for (const hold of [false, true]) {
          edge.next({ owner, hold })
          for (const requested of ['GET', 'PUT', undefined]) {
            expect(await preflight('/api/books/1', requested)).to.equal(`${owner} OPTIONS`)
          }
        }
      }
      expect(await preflight('/api/staff/1', 'DELETE')).to.equal('service OPTIONS')
      expect(await preflight('/orders', 'POST')).to.equal('monolith OPTIONS')
    })

    it('lets a preflight wait while nobody tells who the owner is', async () => {
      const edge = await open()
      edge.next({ hold: true })
      edge.setIsolated(true)
      const headers = { 'access-control-request-method': 'PUT' }
      const waiting = ask(edge, '/api/books/1', { method: 'OPTIONS', headers })
      await until(() => edge.holds.length === 1, { timeoutMs: 1_000 })
      edge.setIsolated(false)
      edge.next({ owner: 'service', hold: false })
      expect((await waiting).name).to.equal('service')
      expect(seen).to.deep.equal(['OPTIONS /api/books/1 '])
    })

    it('keeps the public Host and says where a request came from, whatever the client claims', async () => {
      const edge = await open()
      const { headers } = await ask(edge, '/orders?a=1', {
        headers: {
          'x-forwarded-for': '6.6.6.6',
          x_forwarded_for: '6.6.6.6',
          forwarded: 'for=6.6.6.6',
          'x-matapalo-identity': 'forged',
          'proxy-authorization': 'secret',
          'x-request-id': 'request-1234',
          traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
        },
      })
      expect(headers.host).to.equal(new URL(edge.url).host)
      expect(headers['x-forwarded-for']).to.equal('127.0.0.1')
      expect(headers['x-forwarded-proto']).to.equal('http')
      expect(headers).not.to.have.any.keys(
        'x_forwarded_for',
        'forwarded',
        'x-matapalo-identity',
        'proxy-authorization',
      )
      expect(headers['x-request-id']).to.equal('request-1234')
      expect(headers.traceparent).to.match(/^00-0af7651916cd43dd8448eb211c80319c-(?!b7ad)/)
    })

    it('passes what other tracers say on, as long as there is a trace to say it of', async () => {
      const edge = await open()
      const tracestate = 'other=1'
      const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
      const traced = await ask(edge, '/orders', { headers: { tracestate, traceparent } })
      expect(traced.headers.tracestate).to.match(/^matapalo=a_127\.0\.0\.1\.[\w-]{43},other=1$/)
      const { headers } = await ask(edge, '/orders', { headers: { tracestate } })
      expect(headers.tracestate).to.match(/^matapalo=[^,]*$/)
    })

    it('tells of a nested call where the request came from that it is made for', async () => {
      const edge = await open()
      const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
      const tracestate = new Parents('secret').tracestate(undefined, [], '203.0.113.7') as string
      const nested = await ask(edge, '/orders', { headers: { tracestate, traceparent } })
      expect(nested.headers['x-forwarded-for']).to.equal('203.0.113.7')
      const forged = new Parents('guess').tracestate(undefined, [], '203.0.113.7') as string
      const other = await ask(edge, '/orders', { headers: { tracestate: forged, traceparent } })
      expect(other.headers['x-forwarded-for']).to.equal('127.0.0.1')
    })

    it('names the sender to nested calls before anybody is watched, since they may outlive a switch', async () => {
      const edge = await open()
      const { headers } = await ask(edge, '/orders', { headers: { cookie: 'sid=ana' } })
      expect(headers.tracestate).to.match(/^matapalo=c_/)
    })

    it('strips hop-by-hop fields of answers', async () => {
      const edge = await open()
      const answer = await fetch(`${edge.url}/orders`)
      expect(answer.headers.get('x-secret-hop')).to.equal(null)
      expect(answer.headers.get('x-matapalo-internal')).to.equal(null)
      expect(answer.headers.get('x-request-id')).to.match(/^[0-9a-f-]{36}$/)
    })

    it('forwards contents, with a length and chunked', async () => {
      const edge = await open()
      const put = await ask(edge, '/api/books/1', { method: 'PUT', body: 'hello' })
      expect(put.body).to.equal('hello')
      expect(put.headers['content-length']).to.equal('5')
      const stream = new ReadableStream({
        start(controller) {
          controller.enqueue(new TextEncoder().encode('chunk'))
          controller.close()
        },
      })
      const init = { method: 'POST', body: stream, duplex: 'half' } as RequestInit
      const post = await ask(edge, '/api/books/1', init)
      expect(post.body).to.equal('chunk')
      expect(post.headers['transfer-encoding']).to.equal('chunked')
    })

    it('holds writes of a held domain, lets reads pass, and decides again at release', async () => {
      const edge = await open()
      edge.next({ hold: true })
      const write = ask(edge, '/api/books/1', { method: 'PUT', body: 'held' })
      await until(() => edge.holds.length === 1, { timeoutMs: 1_000 })
      expect((await ask(edge, '/api/books/1')).name).to.equal('monolith')
      expect(seen.filter((line) => line.startsWith('PUT'))).to.deep.equal([])
      edge.next({ owner: 'service' })
      expect(edge.holds.length).to.equal(1)
      edge.next({ hold: false })
      const answer = await write
      expect(answer.name).to.equal('service')
      expect(answer.body).to.equal('held')
    })

    it('releases in order of arrival', async () => {
      const edge = await open({ released: 1, slotMs: 5_000 })
      edge.next({ hold: true })
      const writes: Promise<Echo>[] = []
      for (let i = 0; i < 12; i++) {
        writes.push(ask(edge, `/api/books/${i}`, { method: 'PUT', body: 'x' }))
        await until(() => edge.holds.length === i + 1, { timeoutMs: 1_000, everyMs: 1 })
      }
      edge.next({ hold: false })
      const late = ask(edge, '/api/books/late', { method: 'PUT', body: 'x' })
      await Promise.all([...writes, late])
      expect(seen.map((line) => line.split(' ')[1])).to.deep.equal([
        ...Array.from({ length: 12 }, (_, i) => `/api/books/${i}`),
        '/api/books/late',
      ])
    })

    it('drops a held client that leaves, and never forwards it', async () => {
      const edge = await open()
      edge.next({ hold: true })
      const leaving = new AbortController()
      const write = ask(edge, '/api/books/1', {
        method: 'PUT',
        body: 'x',
        signal: leaving.signal,
      }).catch(() => 'left')
      await until(() => edge.holds.length === 1, { timeoutMs: 1_000 })
      leaving.abort()
      expect(await write).to.equal('left')
      await until(() => edge.holds.length === 0, { timeoutMs: 1_000 })
      expect(edge.holds.length).to.equal(0)
      edge.next({ hold: false })
      await ask(edge, '/api/books/2')
      expect(seen).to.deep.equal(['GET /api/books/2 '])
    })

    it('answers 503 with Retry-After at the limits of holding, and serves on', async () => {
      const edge = await open({ holdMaxMs: 60, holdCount: 1 })
      edge.next({ hold: true })
      const put = () => fetch(`${edge.url}/api/books/1`, { method: 'PUT', body: 'x' })
      const first = put()
      await until(() => edge.holds.length === 1, { timeoutMs: 1_000 })
      const full = await put()
      expect(full.status).to.equal(503)
      expect(((await full.json()) as Refusal).error.code).to.equal('MATAPALO_EDGE_HOLD_FULL')
      const expired = await first
      expect(expired.status).to.equal(503)
      expect(expired.headers.get('retry-after')).to.equal('1')
      expect(((await expired.json()) as Refusal).error.code).to.equal('MATAPALO_EDGE_HOLD_EXPIRED')
      edge.next({ hold: false })
      expect((await ask(edge, '/api/books/1', { method: 'PUT', body: 'y' })).body).to.equal('y')
    })

    it('holds reads too while it hears of nobody', async () => {
      const edge = await open()
      edge.next({ hold: true })
      edge.setIsolated(true)
      const read = ask(edge, '/api/books/1')
      await until(() => edge.holds.length === 1, { timeoutMs: 1_000 })
      expect((await ask(edge, '/orders')).name).to.equal('monolith')
      edge.setIsolated(false)
      expect((await read).name).to.equal('monolith')
    })

    it('does not ask for the content of a held request, and says continue at release', async () => {
      const edge = await open()
      edge.next({ hold: true })
      let continued = false
      const answered = new Promise<number>((resolve) => {
        const req = httpRequest(
          `${edge.url}/api/books/1`,
          { method: 'PUT', headers: { expect: '100-continue', 'content-length': 4 } },
          (res) => {
            res.resume()
            resolve(res.statusCode ?? 0)
          },
        )
        req.on('continue', () => {
          continued = true
          req.end('body')
        })
        req.flushHeaders()
      })
      await until(() => edge.holds.length === 1, { timeoutMs: 1_000 })
      expect(continued).to.equal(false)
      edge.next({ hold: false })
      expect(await answered).to.equal(200)
      expect(continued).to.equal(true)
      expect(seen).to.deep.equal(['PUT /api/books/1 body'])
    })

    it('enforces roles, and gives services a signed identity', async () => {
      const sessions = {
        s1: { id: '7', name: 'Ana', roles: ['staff'] },
        s2: { id: '8', name: 'Bo', roles: [] },
      }
      const edge = await open({ sessions, domain: { owner: 'service' } })
      const staff = (cookie: string) =>
        fetch(`${edge.url}/api/staff/x`, cookie === '' ? {} : { headers: { cookie } })
      expect((await staff('')).status).to.equal(401)
      expect((await staff('sid=nobody')).status).to.equal(401)
      expect((await staff('sid=s2')).status).to.equal(403)
      const answer = await staff('a=b; sid=s1')
      expect(answer.status).to.equal(200)
      expect(((await answer.json()) as Echo).headers['x-matapalo-identity']).to.equal('7@catalog')
      await staff('sid=s1')
      expect(edge.asked).to.deep.equal(['nobody', 's2', 's1'])
      const toMonolith = await ask(edge, '/orders', { headers: { cookie: 'sid=s1' } })
      expect(toMonolith.headers).not.to.have.property('x-matapalo-identity')
    })

    it('waits for an upstream that restarts, without failing anybody', async () => {
      const edge = await open()
      const port = Number(new URL(monolith.url).port)
      await ask(edge, '/orders')
      await monolith.stop()
      const read = ask(edge, '/orders')
      await sleep(150)
      const again = await upstream(echo('again'), port)
      stops.push(again.stop)
      expect((await read).name).to.equal('again')
    })

    it('answers 503 when an upstream stays away, and 502 when it breaks off a write', async () => {
      const edge = await open({ monolith: 'http://127.0.0.1:9', connectMaxMs: 100 })
      const away = await fetch(`${edge.url}/orders`)
      expect(away.status).to.equal(503)
      expect(((await away.json()) as Refusal).error.code).to.equal(
        'MATAPALO_EDGE_UPSTREAM_UNREACHABLE',
      )
      let hits = 0
      const breaking = await upstream((req) => {
        hits += 1
        req.socket.destroy()
      })
      stops.push(breaking.stop)
      const second = await open({ monolith: breaking.url })
      const broke = await fetch(`${second.url}/api/books/1`, { method: 'POST', body: 'x' })
      expect(broke.status).to.equal(502)
      expect(((await broke.json()) as Refusal).error.retryable).to.equal(false)
      expect(hits).to.equal(1)
    })

    it('counts writers in flight until their upstream is done, and leaks none when clients leave', async () => {
      let arrived = 0
      let aborted = 0
      const slow = await upstream((req, res) => {
        arrived += 1
        req.resume()
        res.on('close', () => {
          aborted += 1
        })
      })
      stops.push(slow.stop)
      const edge = await open({ monolith: slow.url })
      const leaving = new AbortController()
      const writes = Array.from({ length: 20 }, () =>
        fetch(`${edge.url}/api/books/1`, {
          method: 'PUT',
          body: 'x',
          signal: leaving.signal,
        }).catch(() => undefined),
      )
      await until(() => arrived === 20, { timeoutMs: 2_000 })
      expect(edge.inFlight.of('catalog')).to.equal(20)
      const table = edge.next({ hold: true })
      expect(edge.inFlight.before(table.epoch, ['catalog'])).to.deep.equal({ catalog: 20 })
      leaving.abort()
      await Promise.all(writes)
      await until(() => aborted === 20 && edge.inFlight.of('catalog') === 0, { timeoutMs: 2_000 })
      expect(aborted).to.equal(20)
      expect(edge.inFlight.of('catalog')).to.equal(0)
    })

    it('streams a large answer past a slow client with back-pressure, and aborts it with him', async () => {
      let written = 0
      let closed = false
      const large = await upstream((_req, res) => {
        res.on('close', () => {
          closed = true
        })
        const chunk = Buffer.alloc(65_536)
        const more = (): void => {
          while (!res.destroyed && written < 64 * 1024 * 1024) {
            written += chunk.length
            if (!res.write(chunk)) {
              res.once('drain', more)
              return
            }
          }
          res.end()
        }
        more()
      })
      stops.push(large.stop)
      const edge = await open({ monolith: large.url })
      const socket = connect(Number(new URL(edge.url).port), '127.0.0.1')
      socket.write('GET /orders HTTP/1.1\r\nhost: shop\r\n\r\n')
      await new Promise((resolve) => socket.once('readable', resolve))
      await sleep(200)
      expect(written).to.be.lessThan(48 * 1024 * 1024)
      socket.destroy()
      await until(() => closed, { timeoutMs: 2_000 })
      expect(closed).to.equal(true)
    })
  })
}
