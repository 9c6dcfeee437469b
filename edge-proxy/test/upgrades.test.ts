import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import { connect, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { sleep, until } from '@matapalo/runtime'
import { expect } from 'chai'
import { handshake, wireClient } from './conformance/wire.ts'
import { listen, type TestEdge, testEdge } from './harness.ts'

/** A WebSocket server that sends back whatever octets it gets. */
const upgraded = new Set<Duplex>()
const echoServer = () => {
  const server = createServer((_req, res) => res.end('plain'))
  server.on('upgrade', (req, socket) => {
    upgraded.add(socket)
    socket.on('close', () => upgraded.delete(socket))
    const key = `${req.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n' +
        `sec-websocket-accept: ${createHash('sha1').update(key).digest('base64')}\r\n\r\n`,
    )
    socket.on('error', () => undefined)
    socket.pipe(socket)
  })
  return server
}

describe('Upgrades', () => {
  const server = echoServer()
  let edge: TestEdge
  let socket: Socket
  let got: Buffer

  before(async () => {
    const written = {
      ...{ id: 'written', domain: null, methods: ['GET'], path: '/books/written' },
      ...{ access: 'write' as const, writes: ['catalog'], reads: [] },
    }
    edge = await testEdge({
      monolith: await listen(server),
      domain: { owner: 'monolith' },
      routes: [written],
    })
  })
  after(async () => {
    await edge.stop()
    server.closeAllConnections()
    server.close()
  })

  const open = async (path: string, more = ''): Promise<string> => {
    socket = connect(Number(new URL(edge.url).port), '127.0.0.1')
    socket.on('error', () => undefined)
    got = Buffer.alloc(0)
    socket.on('data', (chunk) => {
      got = Buffer.concat([got, chunk])
    })
    socket.write(
      `GET ${path} HTTP/1.1\r\nhost: shop\r\nconnection: Upgrade\r\nupgrade: websocket\r\n` +
        'sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n' +
        `${more}\r\n`,
    )
    await until(() => got.includes('\r\n\r\n'), { timeoutMs: 2_000 })
    const head = got.toString('latin1').split('\r\n')[0] ?? ''
    got = Buffer.alloc(0)
    return head
  }

  const restart = Buffer.from([0x88, 0x02, 0x03, 0xf4])
  const sees = (what: string | Buffer): Promise<true | undefined> =>
    until(() => got.includes(what), { timeoutMs: 2_000 })
  /** Long enough for what was sent before to come back, if anybody reads it. */
  const roundTrip = async (): Promise<void> => {
    const [ours, octets] = [socket, got]
    for (let i = 0; i < 3; i++) {
      await open('/orders/live')
      socket.write('round')
      await sees('round')
      socket.destroy()
    }
    socket = ours
    got = octets
  }

  it('carry frames both ways, and close with 1012 when the domain has moved', async () => {
    expect(await open('/api/books/live')).to.contain('101')
    socket.write('ping')
    expect(await sees('ping')).to.equal(true)
    edge.next({ owner: 'service' })
    expect(await sees(restart)).to.equal(true)
    edge.next({ owner: 'monolith' })
    expect(await until(() => upgraded.size === 0, { timeoutMs: 2_000 })).to.equal(true)
    socket.destroy()
  })

  for (const [path, when] of Object.entries({
    '/api/books/live': 'of the domain',
    '/books/written': 'whose route writes it',
  })) {
    it(`${when} stop at a hold, and go on when it is lifted`, async () => {
      await open(path)
      let echoed = ''
      socket.on('data', (chunk) => {
        echoed += chunk
      })
      edge.next({ hold: true })
      socket.write('during')
      await roundTrip()
      expect(echoed).to.equal('')
      edge.next({ hold: false })
      await until(() => echoed !== '', { timeoutMs: 2_000 })
      expect(echoed).to.equal('during')
      socket.destroy()
    })
  }

  it('opened during a hold are stopped from the start', async () => {
    edge.next({ hold: true })
    expect(await open('/api/books/live')).to.contain('101')
    let echoed = ''
    socket.on('data', (chunk) => {
      echoed += chunk
    })
    socket.write('during')
    await roundTrip()
    expect(echoed).to.equal('')
    edge.next({ hold: false })
    await until(() => echoed !== '', { timeoutMs: 2_000 })
    expect(echoed).to.equal('during')
    socket.destroy()
  })

  it('pass nothing on that was sent during a hold when the domain has moved', async () => {
    await open('/api/books/live')
    const upstream = [...upgraded].at(-1)
    let reached = ''
    upstream?.on('data', (chunk) => {
      reached += chunk
    })
    edge.next({ hold: true })
    socket.write('during')
    let left = Buffer.alloc(0)
    socket.on('data', (chunk) => {
      left = Buffer.concat([left, chunk])
    })
    await roundTrip()
    edge.next({ owner: 'service', hold: false })
    await until(() => upstream?.destroyed === true, { timeoutMs: 2_000 })
    await until(() => left.length > 0, { timeoutMs: 2_000 })
    expect([reached, left]).to.deep.equal(['', restart])
    socket.destroy()
    edge.next({ owner: 'monolith' })
  })

  it('stay stopped when an upstream that was slow takes what it had been given', async () => {
    await open('/api/books/live')
    const upstream = [...upgraded].at(-1)
    if (upstream === undefined) throw new Error('no socket at the upstream')
    let reached = 0
    upstream.unpipe(upstream)
    upstream.on('end', () => upstream.end())
    upstream.pause()
    const all = 32 * 1_048_576
    socket.write(Buffer.alloc(all, 'x'))
    // The buffers between are full.
    let sent = -1
    while (sent !== socket.bytesWritten - socket.writableLength || sent <= 0) {
      sent = socket.bytesWritten - socket.writableLength
      await sleep(50)
    }
    edge.next({ hold: true })
    upstream.on('data', (chunk) => {
      reached += chunk.length
    })
    upstream.resume()
    let before = -1
    while (before !== reached) {
      before = reached
      await roundTrip()
    }
    expect(reached).to.be.within(1, all - 1)
    edge.next({ hold: false })
    await until(() => reached === all, { timeoutMs: 5_000 })
    expect(reached).to.equal(all)
    socket.destroy()
  })

  it('that are silent for too long are closed with 1001', async () => {
    const idleServer = echoServer()
    const idle = await testEdge({ monolith: await listen(idleServer), idleMs: 100 })
    const client = wireClient(idle.url)
    try {
      client.write(handshake())
      await client.see('101 ')
      for (let i = 0; i < 6; i++) {
        client.write(`${i}`)
        await client.see(`${i}`)
        await sleep(30)
      }
      const begun = performance.now()
      expect((await client.end()).endsWith('012345\x88\x02\x03\xe9')).to.equal(true)
      expect(performance.now() - begun).to.be.within(20, 1_000)
    } finally {
      client.socket.destroy()
      await idle.stop()
      idleServer.close()
    }
  })

  it('leave no connection at the upstream when the client goes away', async () => {
    expect(await open('/orders/live')).to.contain('101')
    expect(upgraded.size).to.equal(1)
    socket.destroy()
    expect(await until(() => upgraded.size === 0, { timeoutMs: 2_000 })).to.equal(true)
  })

  it('are guarded, and open during a hold of what they have nothing to do with', async () => {
    expect(await open('/api/x/../books')).to.contain('400')
    expect(await open('/api/staff/live')).to.contain('401')
    expect(await open('/orders/live', 'x-matapalo-side: x\r\n')).to.contain('400')
    edge.next({ hold: true })
    expect(await open('/orders/live')).to.contain('101')
    socket.destroy()
    edge.next({ hold: false })
  })

  it('to anything but WebSocket are answered as if they had not been offered', async () => {
    socket = connect(Number(new URL(edge.url).port), '127.0.0.1')
    socket.write(
      'GET /orders HTTP/1.1\r\nhost: shop\r\nconnection: Upgrade, HTTP2-Settings\r\nupgrade: h2c\r\nhttp2-settings: x\r\n\r\n',
    )
    const answer = await new Promise<string>((resolve) => {
      socket.once('data', (chunk) => resolve(chunk.toString()))
    })
    expect(answer).to.contain('200 OK')
    socket.destroy()
  })
})
