import { sleep, until } from '@matapalo/runtime'
import { expect } from 'chai'
import { wireClient } from '../conformance/wire.ts'
import { type TestEdge, testEdge, type Upstream, upstream } from '../harness.ts'

/** The shortest request there is. */
const tiny = (n: number): string => `GET /${n} HTTP/1.1\r\nHost:a\r\n\r\n`

describe('Requests that are sent ahead', () => {
  let app: Upstream
  let edge: TestEdge
  /** Answers the first one. */
  let held: (() => void) | undefined
  let paths: string[]

  const open = async (headersMs = 10_000): Promise<void> => {
    held = undefined
    paths = []
    app = await upstream((req, res) => {
      const path = req.url as string
      paths.push(path)
      const answer = () => res.end(`<${path}>`)
      if (path === '/0') held = answer
      else answer()
    })
    edge = await testEdge({ monolith: app.url, connections: 1, headersMs })
  }
  afterEach(async () => {
    await edge.stop()
    await app.stop()
  })

  it('are left in the socket behind a slow one, and all answered in their order', async () => {
    await open()
    const client = wireClient(edge.url)
    const count = 6_000
    const before = edge.messages()
    client.write(Array.from({ length: count }, (_, n) => tiny(n)).join(''))
    expect(await until(() => held !== undefined, { timeoutMs: 5_000 })).to.equal(true)
    await sleep(300)
    // 16 and what a read brings: 64 KiB.
    expect(edge.messages() - before).to.be.within(16, 2_500)
    held?.()
    const last = `</${count - 1}>`
    expect(await until(() => client.text().includes(last), { timeoutMs: 60_000 })).to.equal(true)
    expect(paths).to.deep.equal(Array.from({ length: count }, (_, n) => `/${n}`))
    const answered = [...client.text().matchAll(/<(\/\d+)>/g)].map(([, path]) => path)
    expect(answered).to.deep.equal(paths)
    client.socket.destroy()
  }).timeout(90_000)

  it('with contents between them do not make it read on', async () => {
    await open()
    const client = wireClient(edge.url)
    const before = edge.messages()
    const upload = `POST /up HTTP/1.1\r\nHost:a\r\nContent-Length:1\r\n\r\nx`
    client.write(tiny(0) + upload.repeat(12_000))
    expect(await until(() => held !== undefined, { timeoutMs: 5_000 })).to.equal(true)
    await sleep(200)
    const read = edge.messages() - before
    expect(read).to.be.lessThan(2_500)
    held?.()
    // Each content that is read asks Node for more of the connection.
    const served = () => paths.length > 200
    expect(await until(served, { timeoutMs: 20_000, everyMs: 1 })).to.equal(true)
    expect(edge.messages() - before - paths.length).to.be.lessThan(2_500)
    client.socket.destroy()
  }).timeout(30_000)

  it('are not late while nobody reads them, and late when somebody does', async () => {
    await open(800)
    const client = wireClient(edge.url)
    const ahead = Array.from({ length: 40 }, (_, n) => tiny(n)).join('')
    client.write(`${ahead}GET /40 HTTP/1.1\r\nHo`)
    expect(await until(() => held !== undefined, { timeoutMs: 5_000 })).to.equal(true)
    // Node looks at heads once a second.
    await sleep(2_500)
    held?.()
    await client.see('</39>')
    expect(client.text()).not.to.contain('HTTP/1.1 408')
    expect(await client.end()).to.match(/<\/39>HTTP\/1.1 408 /)
    expect(paths.length).to.equal(40)
  }).timeout(10_000)

  it('may go on in the middle of a head after that', async () => {
    await open(1_000)
    const client = wireClient(edge.url)
    const ahead = Array.from({ length: 40 }, (_, n) => tiny(n)).join('')
    client.write(`${ahead}GET /40 HTTP/1.1\r\nHo`)
    expect(await until(() => held !== undefined, { timeoutMs: 5_000 })).to.equal(true)
    await sleep(2_500)
    held?.()
    await client.see('</39>')
    client.write('st:a\r\n\r\n')
    await client.see('</40>')
    await sleep(1_500)
    client.write(tiny(41))
    await client.see('</41>')
    client.socket.destroy()
  }).timeout(15_000)
})
