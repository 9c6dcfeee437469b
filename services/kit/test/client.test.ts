import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import { type ClientOptions, ServiceUnavailable, serviceClient } from '../src/client.ts'
import { clientCredentials } from '../src/credentials.ts'
import { withDeadline } from '../src/deadline.ts'
import { traced } from '../src/trace.ts'

type Answer = (request: IncomingMessage, response: ServerResponse, number: number) => void

describe('serviceClient', () => {
  const stops: (() => void)[] = []
  afterEach(() => {
    for (const stop of stops.splice(0)) stop()
  })

  const serving = async (answer: Answer) => {
    const asked: IncomingMessage[] = []
    const server = createServer((request, response) => {
      asked.push(request)
      answer(request, response, asked.length)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    stops.push(() => {
      server.close()
      server.closeAllConnections()
    })
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const client = (more: Partial<ClientOptions> = {}) =>
      serviceClient({ service: 'catalog', url, ...more })
    return { asked, client, url }
  }
  const json = (response: ServerResponse, status: number, body: unknown) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  const failure = async (call: Promise<unknown>): Promise<ServiceUnavailable> => {
    const error = await call.then(
      () => null,
      (one: unknown) => one,
    )
    expect(error).to.be.instanceOf(ServiceUnavailable)
    return error as ServiceUnavailable
  }

  it('asks again what may be asked again', async () => {
    const { asked, client } = await serving((_request, response, number) =>
      json(response, number < 3 ? 500 : 200, { number }),
    )
    const reply = await client().call({ method: 'GET', path: '/x' })
    expect([reply.status, reply.json, asked.length]).to.deep.equal([200, { number: 3 }, 3])
  })

  it('does not repeat a write whose outcome it does not know', async () => {
    const { asked, client } = await serving((_request, response) => json(response, 500, {}))
    const error = await failure(client().call({ method: 'POST', path: '/x', body: {} }))
    expect([error.outcomeKnown, asked.length]).to.deep.equal([false, 1])
  })

  it('repeats a write that was refused before it did anything', async () => {
    const { asked, client } = await serving((_request, response, number) => {
      if (number === 1) response.writeHead(503, { 'retry-after': '1' }).end()
      else json(response, 201, { made: true })
    })
    const reply = await client().call({ method: 'POST', path: '/x', body: {} })
    expect([reply.status, asked.length]).to.deep.equal([201, 2])
  })

  it('gives up on a try after its time', async () => {
    const { client } = await serving(() => {})
    const impatient = client({ timeoutMs: 50, retries: 1 })
    const error = await failure(impatient.call({ method: 'GET', path: '/x' }))
    expect(error.message).to.match(/^catalog: .*time/i)
  })

  it('stops asking a service that is down, and tries one call later', async () => {
    let isDown = true
    const { asked, client } = await serving((_request, response) =>
      json(response, isDown ? 500 : 200, {}),
    )
    const one = client({ retries: 0, failuresToOpen: 2, openMs: 60 })
    const get = () => one.call({ method: 'GET', path: '/x' })
    await failure(get())
    await failure(get())
    const open = await failure(get())
    expect([open.outcomeKnown, asked.length]).to.deep.equal([true, 2])
    isDown = false
    let reply = await get().catch(() => null)
    while (reply === null) {
      await new Promise((resolve) => setTimeout(resolve, 10))
      reply = await get().catch(() => null)
    }
    expect(reply.status).to.equal(200)
  })

  it('is no failure when the service says no', async () => {
    const { asked, client } = await serving((_request, response) => json(response, 409, { a: 1 }))
    for (let at = 0; at < 10; at += 1) {
      expect((await client().call({ method: 'GET', path: '/x' })).status).to.equal(409)
    }
    expect(asked).to.have.length(10)
  })

  describe('under the deadline of a request', () => {
    const patient = { timeoutMs: 60_000, retries: 1000, failuresToOpen: 1_000_000 }
    const took = async (work: () => Promise<unknown>): Promise<number> => {
      const began = performance.now()
      await work()
      return performance.now() - began
    }

    it('gives up on a try when nothing is left, and says that its outcome is unknown', async () => {
      const { client } = await serving(() => {})
      const one = client(patient)
      const ms = await took(async () => {
        const call = { method: 'POST', path: '/x', body: {} } as const
        const error = await withDeadline(500, () => failure(one.call(call)))
        expect([error.code, error.outcomeKnown]).to.deep.equal(['SERVICE_UNAVAILABLE', false])
      })
      expect(ms).to.be.lessThan(5000)
    })

    it('keeps the shorter time of a try', async () => {
      const { client } = await serving(() => {})
      const one = client({ ...patient, timeoutMs: 20, retries: 0 })
      const error = await withDeadline(60_000, () =>
        failure(one.call({ method: 'GET', path: '/' })),
      )
      expect(error.message).to.match(/TimeoutError/)
    })

    it('repeats until nothing is left, and then never again', async () => {
      const { asked, client } = await serving((_request, response) => json(response, 500, {}))
      const one = client(patient)
      const error = await withDeadline(300, () => failure(one.call({ method: 'GET', path: '/x' })))
      expect(error.message).to.equal('catalog: the time of the request is over')
      expect(error.outcomeKnown).to.equal(false)
      // What was on its way at the deadline may still arrive.
      await new Promise((resolve) => setTimeout(resolve, 100))
      const tries = asked.length
      expect(tries).to.be.greaterThan(0)
      // Longer than the longest pause between two tries.
      await new Promise((resolve) => setTimeout(resolve, 1100))
      expect(asked).to.have.length(tries)
    })

    it('begins nothing when it is over, and says so', async () => {
      const { asked, client } = await serving((_request, response) => json(response, 200, {}))
      const error = await withDeadline(0, () =>
        failure(client().call({ method: 'POST', path: '/x', body: {} })),
      )
      expect([error.outcomeKnown, asked.length]).to.deep.equal([true, 0])
      expect((await client().call({ method: 'GET', path: '/x' })).status).to.equal(200)
    })

    it('does not send what a token came too late for', async () => {
      const { asked, client } = await serving((_request, response) => json(response, 200, {}))
      let give = (_token: string): void => {}
      const token = new Promise<string>((resolve) => {
        give = resolve
      })
      const one = client({ token: { get: () => token, forget: () => {} } })
      const error = await withDeadline(20, () => failure(one.call({ method: 'GET', path: '/x' })))
      give('late')
      await token
      await new Promise((resolve) => setTimeout(resolve, 20))
      expect([error.outcomeKnown, asked.length]).to.deep.equal([true, 0])
    })

    it('does not count against the service what was never sent', async () => {
      const { client } = await serving((_request, response) => json(response, 200, {}))
      const one = client({ failuresToOpen: 1 })
      await withDeadline(0, () => failure(one.call({ method: 'GET', path: '/x' })))
      expect((await one.call({ method: 'GET', path: '/x' })).status).to.equal(200)
    })
  })

  it('says that the outcome is unknown when only the last try is known to have done nothing', async () => {
    const { client } = await serving((_request, response, number) => {
      if (number === 1) json(response, 500, {})
      else response.writeHead(503, { 'retry-after': '1' }).end()
    })
    const call = { method: 'POST', path: '/x', body: {}, repeatable: true } as const
    expect((await failure(client({ retries: 1 }).call(call))).outcomeKnown).to.equal(false)
  })

  it('sends content as it is, of its own type', async () => {
    const seen: Buffer[] = []
    const { asked, client } = await serving((request, response) => {
      request.on('data', (chunk: Buffer) => seen.push(chunk))
      request.on('end', () => response.end('{}'))
    })
    const octets = new Uint8Array([0, 255, 10])
    await client().call({ method: 'PUT', path: '/x', content: { type: 'image/png', octets } })
    expect(asked[0]?.headers['content-type']).to.equal('image/png')
    expect([...Buffer.concat(seen)]).to.deep.equal([0, 255, 10])
  })

  it('passes the trace on', async () => {
    const { asked, client } = await serving((_request, response) => json(response, 200, {}))
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
    await traced('request-1', traceparent, () => client().call({ method: 'GET', path: '/x' }))
    expect(asked[0]?.headers).to.include({ 'x-request-id': 'request-1', traceparent })
    const call = () => client().call({ method: 'GET', path: '/x' })
    await traced('request-2', traceparent, call, 'matapalo=abc')
    expect(asked[1]?.headers).to.include({ traceparent, tracestate: 'matapalo=abc' })
    await traced('request-3', 'no trace', call, 'matapalo=abc')
    expect(asked[2]?.headers).not.to.have.property('tracestate')
  })

  it('logs in as a program, once for many calls, and again when its token is refused', async () => {
    let issued = 0
    const { client, url } = await serving((request, response) => {
      if (request.url === '/token') {
        issued += 1
        return json(response, 200, { access_token: `t${issued}`, expires_in: 300 })
      }
      const known = issued === 1 || request.headers.authorization === `Bearer t${issued}`
      return json(response, known ? 200 : 401, { with: request.headers.authorization })
    })
    const login = { tokenUrl: `${url}/token`, clientId: 'orders', clientSecret: 's', scope: 'a' }
    const token = clientCredentials(login)
    const one = client({ token })
    const calls = Array.from({ length: 10 }, () => one.call({ method: 'GET', path: '/x' }))
    const replies = await Promise.all(calls)
    expect(new Set(replies.map(({ json }) => (json as { with: string }).with))).to.have.keys(
      'Bearer t1',
    )
    issued = 5
    const again = await one.call({ method: 'GET', path: '/x' })
    expect(again.json).to.deep.equal({ with: 'Bearer t6' })
  })
})
