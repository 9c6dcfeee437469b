import { expect } from 'chai'
import { parseBridged } from '../../../src/identity/bearer/askBridge.ts'
import { type AskBridge, Bridge } from '../../../src/identity/bearer/bridge.ts'
import type { Bearer } from '../../../src/identity/bearer/claims.ts'
import { IdentityUnknown } from '../../../src/identity/errors.ts'
import { cookieSubject } from '../../../src/identity/subject.ts'

const bearer = (sid: string, id = '7'): Bearer => ({
  identity: { id, name: '', roles: [] },
  sid,
  subject: `b:${sid}`,
  expires: Number.POSITIVE_INFINITY,
})
const refused = (error: unknown) => error

describe('Bridge', () => {
  const asked: string[] = []
  let answer: AskBridge
  let bridge: Bridge
  beforeEach(() => {
    asked.length = 0
    answer = async (sid) => ({ cookie: `cookie-of-${sid}`, userId: '7' })
    bridge = new Bridge((sid) => {
      asked.push(sid)
      return answer(sid)
    })
  })

  it('asks once for all requests of a session', async () => {
    const [one, two] = await Promise.all([
      bridge.sessionOf(bearer('s1')),
      bridge.sessionOf(bearer('s1')),
    ])
    expect(one).to.deep.equal({
      cookie: 'cookie-of-s1',
      subject: cookieSubject('cookie-of-s1'),
    })
    expect(two).to.equal(one)
    expect(await bridge.sessionOf(bearer('s1'))).to.equal(one)
    expect(asked).to.deep.equal(['s1'])
  })

  it('drops a session that changed, by the subject of its tokens or of its cookie', async () => {
    await bridge.sessionOf(bearer('s1'))
    bridge.forget('b:s1')
    await bridge.sessionOf(bearer('s1'))
    bridge.forget(cookieSubject('cookie-of-s1'))
    await bridge.sessionOf(bearer('s1'))
    bridge.forget(cookieSubject('another'))
    await bridge.sessionOf(bearer('s1'))
    expect(asked).to.have.length(3)
  })

  it('does not remember an answer that was under way when the session changed', async () => {
    const given: ((cookie: string) => void)[] = []
    answer = () =>
      new Promise((resolve) => given.push((cookie) => resolve({ cookie, userId: '7' })))
    const before = bridge.sessionOf(bearer('s1'))
    bridge.forget('b:s1')
    given[0]?.('old')
    await before
    const after = bridge.sessionOf(bearer('s1'))
    given[1]?.('new')
    expect((await after)?.cookie).to.equal('new')
    expect((await bridge.sessionOf(bearer('s1')))?.cookie).to.equal('new')
  })

  it('asks again when the session was said to end', async () => {
    answer = async () => ({ cookie: 'c', userId: '7', expires: Date.now() - 1 })
    await bridge.sessionOf(bearer('s1'))
    answer = async () => null
    expect(await bridge.sessionOf(bearer('s1'))).to.equal(null)
  })

  it("never hands out another user's session", async () => {
    expect(await bridge.sessionOf(bearer('s1', '8')).catch(refused)).to.be.instanceOf(
      IdentityUnknown,
    )
  })

  it('lets those wait shortly who can do without, and not at all after a failure', async () => {
    answer = () => new Promise(() => undefined)
    expect(await bridge.soon(bearer('s1'), 1)).to.equal('unknown')
    expect(await bridge.soon(bearer('s2'), 600_000)).to.equal('unknown')
    expect(asked).to.deep.equal(['s1'])
  })
})

describe('parseBridged', () => {
  it('reads a cookie and whose it is', () => {
    expect(parseBridged('{"name":"sid","cookie":"abc","user_id":7}')).to.deep.equal({
      cookie: 'abc',
      userId: '7',
    })
    expect(
      parseBridged('{"cookie":"a","user_id":"7","expires":"2030-01-01T00:00:00Z"}').expires,
    ).to.equal(Date.UTC(2030))
  })

  it('refuses anything else, above all a value that would be more than one cookie', () => {
    const odd = ['null', '{}', '{"cookie":"a"}', '{"cookie":"","user_id":7}', '<html>']
    for (const cookie of ['a; b=c', 'a,b', 'a b', 'a\r\nx: y', '"a"', 'ä']) {
      odd.push(JSON.stringify({ cookie, user_id: 7 }))
    }
    for (const text of odd) expect(() => parseBridged(text), text).to.throw()
  })
})
