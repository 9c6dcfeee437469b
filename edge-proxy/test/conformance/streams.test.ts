import { sleep, until } from '@matapalo/runtime'
import { expect } from 'chai'
import { type TestEdge, type TestEdgeOptions, testEdge } from '../harness.ts'
import { get, ok, type Visit, type WireUpstream, wireClient, wireUpstream } from './wire.ts'

const events =
  'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n'
const event = (text: string): string => {
  const octets = `data: ${text}\n\n`
  return `${octets.length.toString(16)}\r\n${octets}\r\n`
}

for (const forwarder of ['undici', 'middleware'] as const) {
  describe(`Answers that take their time over ${forwarder}`, () => {
    let upstream: WireUpstream
    let edge: TestEdge
    let visit: Visit | undefined

    const open = async (answer: string, options: Partial<TestEdgeOptions> = {}) => {
      visit = undefined
      upstream = await wireUpstream((seen) => {
        visit = seen
        seen.socket.write(Buffer.from(answer, 'latin1'))
      })
      edge = await testEdge({ monolith: upstream.url, forwarder, connections: 1, ...options })
      return wireClient(edge.url)
    }
    const say = (octets: string): void => {
      visit?.socket.write(Buffer.from(octets, 'latin1'))
    }
    afterEach(async () => {
      await edge.stop()
      await upstream.stop()
    })

    it('have their head with the client before any content is there', async () => {
      const client = await open('HTTP/1.1 201 Created\r\nContent-Length: 5\r\nX-A: b\r\n\r\n')
      client.write(get())
      expect(await client.see(/^HTTP\/1.1 201 Created\r\n.*\r\n\r\n$/s)).to.match(/x-a: b/i)
      say('hello')
      await client.see(/\r\n\r\nhello$/)
    })

    it('go out in one piece when they are small and here', async () => {
      const client = await open(ok('hello'))
      const pieces: string[] = []
      client.socket.on('data', (piece) => pieces.push(piece.toString('latin1')))
      for (let n = 1; n <= 10; n += 1) {
        client.write(get())
        await until(() => client.text().split('hello').length > n, { timeoutMs: 5_000 })
      }
      // The other engine writes a content by itself, in the same turn.
      if (forwarder === 'undici') expect(pieces.length).to.equal(10)
      for (const piece of pieces) expect(piece).not.to.match(/\r\n\r\n$/)
    })

    it('bring events one by one, as they are sent', async () => {
      const client = await open(events)
      client.write(get())
      const head = await client.see(/^HTTP\/1.1 200 OK\r\n.*\r\n\r\n$/s)
      expect(head).to.match(/content-type: text\/event-stream\r\n/i)
      expect(head).not.to.match(/content-length/i)
      for (const name of ['one', 'two', 'three']) {
        expect(client.text()).not.to.contain(name)
        say(event(name))
        await client.see(`data: ${name}\n\n`)
      }
      say('0\r\n\r\n')
      await client.see(/\r\n0\r\n\r\n$/)
    })

    it('may be silent for ever when they are event streams', async () => {
      const client = await open(events, { silenceMs: 100, upstreamMaxMs: 100 })
      client.write(get())
      await client.see('200 OK')
      // Engines look at their limits once in a while only.
      await sleep(2_500)
      expect(client.closed()).to.equal(false)
      say(event('late'))
      await client.see('data: late')
    })

    it('may take longer than a head, if they say something now and then', async () => {
      const client = await open('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n', {
        ...{ silenceMs: 400, upstreamMaxMs: 300 },
      })
      client.write(get())
      await client.see('200 OK')
      for (let n = 0; n < 10; n += 1) {
        await sleep(150)
        say(String(n))
      }
      await client.see(/\r\n\r\n0123456789$/)
    })

    it('are cut when they are none and the upstream is silent for too long', async () => {
      const client = await open('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell', {
        silenceMs: 100,
      })
      client.write(get())
      expect(await client.end()).to.match(/\r\n\r\nhell$/)
      expect(await until(() => upstream.open() === 0, { timeoutMs: 5_000 })).to.equal(true)
    })

    it('end at the upstream when the client leaves a silent one', async () => {
      const client = await open(events)
      client.write(get())
      await client.see('200 OK')
      client.socket.destroy()
      expect(await until(() => upstream.open() === 0, { timeoutMs: 5_000 })).to.equal(true)
    })

    it('wait for who does not read, however long that is', async () => {
      const size = 32 * 2 ** 20
      const client = await open(
        `HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n${'x'.repeat(size)}`,
        { silenceMs: 100 },
      )
      client.socket.pause()
      client.write(get())
      await sleep(1_500)
      client.socket.resume()
      const whole = () => client.text().length > size
      expect(await until(whole, { timeoutMs: 10_000, everyMs: 50 })).to.equal(true)
    }).timeout(15_000)
  })

  describe(`Parts and codings over ${forwarder}`, () => {
    it('pass as they are: ranges, validators, and compressed octets', async () => {
      const all = String.fromCharCode(0x1f, 0x8b, ...Array.from({ length: 256 }, (_, i) => i))
      const fields =
        'Content-Range: bytes 7-264/900\r\nAccept-Ranges: bytes\r\nETag: "v1"\r\n' +
        'Content-Encoding: gzip\r\nVary: Accept-Encoding\r\n'
      let head = ''
      const upstream = await wireUpstream((visit) => {
        head = visit.head
        visit.socket.write(
          Buffer.from(ok(all, fields).replace('200 OK', '206 Partial Content'), 'latin1'),
        )
      })
      const edge = await testEdge({ monolith: upstream.url, forwarder })
      try {
        const client = wireClient(edge.url)
        const asks = 'Range: bytes=7-264\r\nIf-Range: "v1"\r\nAccept-Encoding: gzip\r\n'
        client.write(get('/orders', asks))
        const text = await client.see(all)
        expect(text).to.match(/^HTTP\/1.1 206 Partial Content\r\n/)
        for (const field of fields.split('\r\n')) {
          expect(text.toLowerCase()).to.contain(field.toLowerCase())
        }
        expect(text.endsWith(`\r\n\r\n${all}`)).to.equal(true)
        for (const field of asks.split('\r\n')) {
          expect(head.toLowerCase()).to.contain(field.toLowerCase())
        }
        client.socket.destroy()
      } finally {
        await edge.stop()
        await upstream.stop()
      }
    })
  })
}
