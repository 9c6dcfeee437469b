import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import { createClient, segment } from '../../cli/client.ts'
import { Exit } from '../../cli/exit.ts'

describe('the client', () => {
  let server: Server
  let url: string
  let answer: { status: number; body: string } | null
  before(async () => {
    server = createServer((_request, response) => {
      if (answer === null) response.destroy()
      else
        response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  after(() => server.close())

  const ask = async (method: 'GET' | 'POST', at = url): Promise<Exit> => {
    const connection = {
      url: at,
      token: 'x',
      from: 'a file',
      tokenFrom: 'a variable',
      remedy: 'run: that',
      variables: {},
    }
    try {
      await createClient(connection).call(method, '/v1/domains', method === 'POST' ? {} : undefined)
    } catch (error) {
      if (error instanceof Exit) return error
    }
    throw new TypeError('nothing was refused')
  }
  const refusing = (status: number, code: string, retryable = false): void => {
    answer = { status, body: JSON.stringify({ error: { code, message: 'why', retryable } }) }
  }

  it('tells a connection that was refused, where it looked, and what to do', async () => {
    const gone = createServer()
    await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve))
    const nobody = `http://127.0.0.1:${(gone.address() as AddressInfo).port}`
    await new Promise((resolve) => gone.close(resolve))
    const exit = await ask('POST', nobody)
    expect(exit).to.include({ code: 1, retryable: true })
    expect(exit.message).to.equal(
      `the control plane at ${nobody} (a file) does not answer; run: that`,
    )
  })

  for (const [why, at] of [
    ['no such host', 'http://nobody.invalid'],
    ['a port that fetch refuses to ask', 'http://127.0.0.1:9'],
  ] as const)
    it(`knows that nothing was sent: ${why}`, async () => {
      expect(await ask('POST', at)).to.include({ code: 1, retryable: true })
    })

  it('does not know what became of a command whose answer was lost', async () => {
    answer = null
    expect((await ask('POST')).code).to.equal(2)
    expect((await ask('GET')).code).to.equal(1)
  })

  it('says whose token was refused', async () => {
    refusing(401, 'MATAPALO_UNAUTHORISED')
    expect((await ask('GET')).message).to.equal('the token from a variable was refused: why')
  })

  it('keeps the code, and whether to ask again', async () => {
    refusing(503, 'MATAPALO_NOT_LEADING', true)
    expect(await ask('POST')).to.include({
      code: 1,
      errorCode: 'MATAPALO_NOT_LEADING',
      retryable: true,
    })
    refusing(500, 'MATAPALO_INTERNAL')
    expect(await ask('POST')).to.include({ code: 2, retryable: false })
  })

  it('is not taken in by something else that answers there', async () => {
    answer = { status: 200, body: 'hello' }
    expect((await ask('GET')).message).to.contain('not as a control plane does; run: that')
  })
})

describe('segment', () => {
  it('keeps whatever was typed one segment', () => {
    expect(segment('a/../b?c')).to.equal('a%2F..%2Fb%3Fc')
  })

  for (const name of ['', '.', '..'])
    it(`refuses "${name}"`, () => {
      expect(() => segment(name)).to.throw(Exit, 'is no name')
    })
})
