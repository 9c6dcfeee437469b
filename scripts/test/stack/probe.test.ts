import { createServer, type Server } from 'node:net'
import { expect } from 'chai'
import { redisAnswers } from '../../src/stack/probe.ts'

describe('the readiness of Redis', () => {
  const servers: Server[] = []
  after(() => {
    for (const server of servers) server.close()
  })

  const whenItSays = async (answer: string): Promise<boolean> => {
    const server = createServer((socket) => socket.once('data', () => socket.end(answer)))
    servers.push(server)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('no port')
    return redisAnswers({ host: '127.0.0.1', port: address.port }, 'secret')
  }

  it('is there when it answers PING', async () => {
    expect(await whenItSays('+OK\r\n+PONG\r\n')).to.equal(true)
  })

  it('is not there while it loads, which it says only behind AUTH', async () => {
    expect(await whenItSays('+OK\r\n-LOADING Redis is loading the dataset in memory\r\n')).to.equal(
      false,
    )
  })

  it('is not there when it knows another password', async () => {
    expect(
      await whenItSays('-WRONGPASS invalid username-password pair\r\n-NOAUTH required\r\n'),
    ).to.equal(false)
  })
})
