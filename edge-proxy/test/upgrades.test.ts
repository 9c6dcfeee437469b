import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import { connect, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { until } from '@matapalo/runtime'
import { expect } from 'chai'
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
    edge = await testEdge({ monolith: await listen(server), domain: { owner: 'monolith' } })
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

  it('carry frames both ways, stop at a hold, and close with 1012 when the domain has moved', async () => {
    expect(await open('/api/books/live')).to.contain('101')
    socket.write('ping')
    await until(() => got.toString() === 'ping', { timeoutMs: 2_000 })
    expect(got.toString()).to.equal('ping')
    edge.next({ hold: true })
    edge.next({ owner: 'service', hold: false })
    const closed = Buffer.from([0x88, 0x02, 0x03, 0xf4])
    await until(() => got.includes(closed), { timeoutMs: 2_000 })
    expect(got.includes(closed)).to.equal(true)
    socket.destroy()
    edge.next({ owner: 'monolith' })
    expect(await until(() => upgraded.size === 0, { timeoutMs: 2_000 })).to.equal(true)
  })

  it('leave no connection at the upstream when the client goes away', async () => {
    expect(await open('/orders/live')).to.contain('101')
    expect(upgraded.size).to.equal(1)
    socket.destroy()
    expect(await until(() => upgraded.size === 0, { timeoutMs: 2_000 })).to.equal(true)
  })

  it('are guarded, and refused while they would write a held domain', async () => {
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
