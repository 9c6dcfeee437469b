import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import { DoorClosed, openDoor, type Question } from '../../src/door/door.ts'

type Script =
  | 'break'
  | 'hang'
  | { status: number; body?: string; headers?: Record<string, string | string[]> }

describe('a door', () => {
  let server: Server
  let script: Script[]
  let heard: IncomingMessage[]

  beforeEach(async () => {
    ;[script, heard] = [[], []]
    server = createServer((req, res) => {
      heard.push(req)
      const next = script.shift() ?? { status: 200, body: '{}' }
      if (next === 'hang') return
      if (next === 'break') return req.socket.destroy()
      res.writeHead(next.status, next.headers ?? {})
      res.end(next.body ?? '{}')
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
  })
  afterEach(() => {
    server.closeAllConnections()
    server.close()
  })

  const here = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const nobody = 'http://127.0.0.1:2'
  const busy = { status: 503, headers: { 'retry-after': '1' } }
  const ask = (change: Partial<Question> = {}, urls = [here()], patienceMs = 600) =>
    openDoor({ urls: () => urls, patienceMs }).ask({
      method: 'POST',
      path: '/api/x',
      headers: async () => ({}),
      repeatable: false,
      ...change,
    })
  const failure = (answer: Promise<unknown>) =>
    answer.then(
      () => expect.fail('it was answered'),
      (error: unknown) => error,
    )

  it('asks at the next one when nobody opens, also what must not be repeated', async () => {
    expect((await ask({}, [nobody, here()])).status).to.equal(200)
    expect(heard).to.have.length(1)
  })

  it('asks again what was certainly not done, whatever it is', async () => {
    script = [busy, busy]
    expect((await ask()).status).to.equal(200)
    expect(heard).to.have.length(3)
  })

  for (const kind of ['break', { status: 502 }, { status: 504 }, { status: 503 }] as const) {
    const name = kind === 'break' ? 'a connection that breaks' : `a ${kind.status}`
    it(`does not repeat after ${name} what a repeat would do twice`, async () => {
      script = [kind]
      const error = await failure(ask())
      expect(error).to.be.instanceOf(DoorClosed)
      expect(error).to.include({ unknown: true })
      expect(heard).to.have.length(1)
    })
    it(`repeats after ${name} what may be repeated`, async () => {
      script = [kind]
      expect((await ask({ repeatable: true })).status).to.equal(200)
      expect(heard).to.have.length(2)
    })
  }

  it('ends when its patience ends, and says whether anything may have been done', async () => {
    script = ['hang']
    expect(await failure(ask({ repeatable: true }, [here()], 200))).to.include({ unknown: true })
    expect(await failure(ask({}, [nobody], 200))).to.include({ unknown: false })
  })

  it('gives answers as they are: refusals, failures of the application, cookies, no content', async () => {
    script = [
      { status: 409, body: '{"error":{"code":"cart_empty"}}' },
      { status: 500, body: 'no JSON' },
      { status: 204, body: '', headers: { 'set-cookie': ['a=1; Path=/', 'b=2'] } },
    ]
    expect(await ask()).to.deep.include({ status: 409, json: { error: { code: 'cart_empty' } } })
    expect(await ask()).to.deep.include({ status: 500, json: null })
    expect(await ask()).to.deep.include({ status: 204, setCookies: ['a=1; Path=/', 'b=2'] })
  })

  it('sends JSON, or nothing at all', async () => {
    await ask({ body: { a: 1 } })
    await ask()
    expect(heard[0]?.headers['content-type']).to.equal('application/json')
    expect(heard[1]?.headers).to.not.have.property('content-type')
  })
})
