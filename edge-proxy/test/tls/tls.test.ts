/** TLS at the edge, with certificates made here. */
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request as plainRequest } from 'node:http'
import { createServer as createSecureServer, request } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls'
import { createLog, until } from '@matapalo/runtime'
import { expect } from 'chai'
import { Certificate } from '../../src/tls/certificate.ts'
import { developmentCertificate } from '../../src/tls/development.ts'
import { consent, handshake, wireUpstream } from '../conformance/wire.ts'
import { type TestEdge, testEdge, type Upstream, upstream } from '../harness.ts'

const folder = mkdtempSync(join(tmpdir(), 'matapalo-tls-'))
const file = (name: string): string => join(folder, name)

/** Signed by itself, or by `ca`. */
function certificate(name: string, ca?: string): void {
  const by = ca === undefined ? [] : ['-CA', file(`${ca}.pem`), '-CAkey', file(`${ca}.key`)]
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
      ...[
        '-days',
        '2',
        '-subj',
        `/CN=${name}`,
        '-addext',
        'subjectAltName=DNS:localhost,IP:127.0.0.1',
      ],
      ...['-keyout', file(`${name}.key`), '-out', file(`${name}.pem`), ...by],
    ],
    { stdio: 'ignore' },
  )
}
const pem = (name: string): string => readFileSync(file(`${name}.pem`), 'utf8')

/** As a client that asks for a host of another name than the edge's own. */
const askPlainly = (url: string, host: string) =>
  new Promise<{ status: number; text: string }>((resolve, reject) => {
    const req = plainRequest(new URL('/orders', url), { headers: { host } }, async (res) => {
      let text = ''
      for await (const chunk of res) text += chunk
      resolve({ status: res.statusCode ?? 0, text })
    })
    req.once('error', reject)
    req.end()
  })

describe('TLS', () => {
  let service: Upstream
  let edge: TestEdge
  let seen: Record<string, unknown>

  before(() => {
    for (const name of ['one', 'two', 'clients']) certificate(name)
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  beforeEach(async () => {
    service = await upstream((req, res) => {
      seen = { ...req.headers }
      res.setHeader('set-cookie', ['sid=1; Path=/; HttpOnly', 'theme=dark; secure'])
      res.end('sound')
    })
    copyFileSync(file('one.pem'), file('live.pem'))
    copyFileSync(file('one.key'), file('live.key'))
  })
  afterEach(async () => {
    await edge.stop()
    await service.stop()
  })

  const start = async (
    options: object = {},
    monolith = service.url,
    upstreamCa?: string,
  ): Promise<void> => {
    edge = await testEdge({
      monolith,
      ...(upstreamCa === undefined ? {} : { upstreamCa }),
      tls: {
        files: { cert: file('live.pem'), key: file('live.key'), clientCa: undefined },
        hsts: 0,
        redirect: undefined,
        everyMs: 50,
        ...options,
      },
    })
  }
  const port = (): number => Number(new URL(edge.secureUrl as string).port)
  const dial = async (options: ConnectionOptions = {}): Promise<TLSSocket> => {
    const socket = connect({ port: port(), host: '127.0.0.1', ca: pem('one'), ...options })
    await once(socket, 'secureConnect')
    return socket
  }
  const ask = (path = '/orders', options: object = {}) =>
    new Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; text: string }>(
      (resolve, reject) => {
        const all = { port: port(), host: '127.0.0.1', path, ca: pem('one'), ...options }
        const req = request(all, async (res) => {
          let text = ''
          for await (const chunk of res) text += chunk
          resolve({ status: res.statusCode ?? 0, headers: res.headers, text })
        })
        req.once('error', reject)
        req.end()
      },
    )

  it('is spoken, and the upstream is told so', async () => {
    await start()
    const { status, text, headers } = await ask()
    expect([status, text]).to.deep.equal([200, 'sound'])
    expect(seen).to.include({ 'x-forwarded-proto': 'https' })
    expect(headers).not.to.have.property('strict-transport-security')
  })

  it('is HTTP/1.1 over TLS 1.2 or newer, and nothing older', async () => {
    await start()
    const socket = await dial({ ALPNProtocols: ['h2', 'http/1.1'] })
    expect(socket.alpnProtocol).to.equal('http/1.1')
    expect(socket.getProtocol()).to.equal('TLSv1.3')
    socket.destroy()
    const old = { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }
    const refused = await dial(old as ConnectionOptions).catch((error: Error) => error)
    expect(refused).to.be.instanceOf(Error)
  })

  it('promises to stay, on answers of its own too, and only over TLS', async () => {
    await start({ hsts: 600 })
    expect((await ask()).headers['strict-transport-security']).to.equal('max-age=600')
    const refused = await ask('/a//b')
    expect(refused.status).to.equal(400)
    expect(refused.headers['strict-transport-security']).to.equal('max-age=600')
    const plain = await fetch(`${edge.url}/orders`)
    expect(plain.headers.get('strict-transport-security')).to.equal(null)
  })

  it('redirects plain requests when it alone is served, and makes cookies secure', async () => {
    await start({ redirect: 443 })
    const plain = await fetch(`${edge.url}/orders?a=1`, { method: 'POST', redirect: 'manual' })
    expect(plain.status).to.equal(308)
    expect(plain.headers.get('location')).to.equal('https://127.0.0.1/orders?a=1')
    expect((await ask()).headers['set-cookie']).to.deep.equal([
      'sid=1; Path=/; HttpOnly; Secure',
      'theme=dark; secure',
    ])
  })

  it('leaves cookies alone while plain requests are served beside it', async () => {
    await start()
    expect((await ask()).headers['set-cookie']).to.deep.equal([
      'sid=1; Path=/; HttpOnly',
      'theme=dark; secure',
    ])
  })

  it('shows a new certificate as soon as its files change, and drops no connection', async () => {
    await start()
    const before = await dial()
    before.setEncoding('latin1')
    let text = ''
    before.on('data', (chunk) => {
      text += chunk
    })
    copyFileSync(file('two.key'), file('live.key'))
    copyFileSync(file('two.pem'), file('live.pem'))
    const name = async (): Promise<string> => {
      const socket = await dial({ rejectUnauthorized: false })
      const { subject } = socket.getPeerCertificate()
      socket.destroy()
      return String(subject.CN)
    }
    expect(await until(async () => (await name()) === 'two', { timeoutMs: 5_000 })).to.equal(true)
    before.write('GET /orders HTTP/1.1\r\nHost: shop\r\n\r\n')
    expect(await until(() => text.includes('sound'), { timeoutMs: 2_000 })).to.equal(true)
    before.destroy()
  })

  it('keeps the last good certificate when its files are broken', async () => {
    await start()
    writeFileSync(file('live.pem'), 'half a certifi')
    const refused = () => edge.certificate?.good === false
    expect(await until(refused, { timeoutMs: 5_000 })).to.equal(true)
    expect((await ask()).status).to.equal(200)
  })

  it('asks for a certificate of the client where that is wanted, and lets nobody in without', async () => {
    await start({
      files: { cert: file('live.pem'), key: file('live.key'), clientCa: file('clients.pem') },
    })
    const without = await ask().catch((error: Error) => error)
    expect(without).to.be.instanceOf(Error)
    const shown = { cert: pem('clients'), key: readFileSync(file('clients.key')) }
    expect((await ask('/orders', shown)).status).to.equal(200)
  })

  it('reads an absolute target by the scheme that is spoken', async () => {
    await start()
    expect((await ask('https://127.0.0.1/orders')).status).to.equal(400)
    const host = `127.0.0.1:${port()}`
    expect((await ask(`https://${host}/orders`)).status).to.equal(200)
    expect((await ask(`http://${host}/orders`)).status).to.equal(400)
  })

  it('carries sockets, and the upstream is told so', async () => {
    let head = ''
    const wire = await wireUpstream((visit) => {
      head = visit.head
      visit.socket.write(
        'HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n',
      )
    })
    try {
      await start({}, wire.url)
      const socket = await dial()
      let text = ''
      socket.setEncoding('latin1').on('data', (chunk) => {
        text += chunk
      })
      socket.write(
        'GET /orders/live HTTP/1.1\r\nHost: shop\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
          'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
      )
      expect(await until(() => text.includes('101 '), { timeoutMs: 5_000 })).to.equal(true)
      expect(head).to.contain('x-forwarded-proto: https')
      socket.destroy()
    } finally {
      await wire.stop()
    }
  })

  it('carries sockets, to an upstream over TLS too', async () => {
    const secure = createSecureServer({ cert: pem('two'), key: readFileSync(file('two.key')) })
    secure.on('upgrade', (_req, socket: TLSSocket) => {
      socket.on('error', () => undefined)
      socket.write(consent())
      socket.pipe(socket)
    })
    secure.listen(0, '127.0.0.1')
    await once(secure, 'listening')
    const monolith = `https://127.0.0.1:${(secure.address() as AddressInfo).port}`
    await start({}, monolith, pem('two'))
    const socket = await dial()
    let text = ''
    socket.setEncoding('latin1').on('data', (chunk) => {
      text += chunk
    })
    try {
      socket.write(handshake())
      expect(await until(() => text.includes('101 '), { timeoutMs: 2_000 })).to.equal(true)
      socket.write('ping')
      expect(await until(() => text.endsWith('ping'), { timeoutMs: 2_000 })).to.equal(true)
    } finally {
      socket.destroy()
      secure.closeAllConnections()
      secure.close()
    }
  })

  for (const engine of ['undici', 'middleware'] as const) {
    it(`names the upstream to itself, whatever host clients ask for (${engine})`, async () => {
      await start()
      const names: (string | false | null)[] = []
      let dialled = 0
      const secure = createSecureServer(
        { cert: pem('two'), key: readFileSync(file('two.key')) },
        (req, res) => {
          names.push((req.socket as TLSSocket).servername)
          res.end(req.headers.host)
        },
      )
      secure.on('secureConnection', () => {
        dialled += 1
      })
      secure.listen(0, '127.0.0.1')
      await once(secure, 'listening')
      const { port: at } = secure.address() as AddressInfo
      const asked = async (origin: string): Promise<void> => {
        const behind = await testEdge({
          monolith: origin,
          upstreamCa: pem('two'),
          forwarder: engine,
        })
        try {
          for (const host of ['shop.test', 'www.shop.test', 'shop.test']) {
            const { status, text } = await askPlainly(behind.url, host)
            expect({ status, text }).to.deep.equal({ status: 200, text: host })
          }
        } finally {
          await behind.stop()
        }
      }
      try {
        await asked(`https://localhost:${at}`)
        expect(new Set(names)).to.deep.equal(new Set(['localhost']))
        expect(dialled).to.equal(1)
        names.length = 0
        await asked(`https://127.0.0.1:${at}`)
        // An address is no name.
        expect(new Set(names)).to.deep.equal(new Set([false]))
      } finally {
        secure.closeAllConnections()
        secure.close()
      }
    })
  }

  it('ends a handshake that does not come', async () => {
    await start({ handshakeMs: 100 })
    const { connect: plain } = await import('node:net')
    const socket = plain(port(), '127.0.0.1')
    socket.on('error', () => undefined)
    await once(socket, 'close')
  })

  it('reaches an upstream over TLS that its authority signed, and no other', async () => {
    await start()
    const secure = createSecureServer(
      { cert: pem('two'), key: readFileSync(file('two.key')) },
      (_q, r) => {
        r.end('over TLS')
      },
    ).listen(0, '127.0.0.1')
    await once(secure, 'listening')
    const monolith = `https://127.0.0.1:${(secure.address() as AddressInfo).port}`
    const trusting = await testEdge({ monolith, upstreamCa: pem('two'), connectMaxMs: 200 })
    const strict = await testEdge({ monolith, connectMaxMs: 200 })
    try {
      expect(await (await fetch(`${trusting.url}/orders`)).text()).to.equal('over TLS')
      expect((await fetch(`${strict.url}/orders`)).status).to.equal(503)
    } finally {
      await trusting.stop()
      await strict.stop()
      secure.closeAllConnections()
      secure.close()
    }
  })
})

describe('A certificate for development', () => {
  it('is made at first use and kept', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'matapalo-dev-tls-'))
    try {
      const files = await developmentCertificate(directory)
      const first = readFileSync(files.cert, 'utf8')
      expect(await developmentCertificate(directory)).to.deep.equal(files)
      expect(readFileSync(files.cert, 'utf8')).to.equal(first)
      const report = () => undefined
      await new Certificate({ files, log: createLog('test', 'silent'), report }).load()
    } finally {
      rmSync(directory, { recursive: true, force: true })
    }
  })
})
