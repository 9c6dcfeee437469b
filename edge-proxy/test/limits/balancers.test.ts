import { request } from 'node:http'
import { expect } from 'chai'
import { Balancers } from '../../src/balancers.ts'
import { addressOf, schemeOf } from '../../src/origin.ts'
import { type TestEdge, testEdge, type Upstream, upstream } from '../harness.ts'

/** What a message from `peer` with these fields is taken for. */
function taken(networks: string, peer: string, headers: Record<string, string>) {
  // The parts that are read.
  const message = { headers, socket: { remoteAddress: peer } } as unknown as Parameters<
    Balancers['believe']
  >[0]
  new Balancers(networks).believe(message)
  return `${schemeOf(message)} ${addressOf(message)}`
}
const said = (address: string, scheme = 'https') => ({
  'x-forwarded-for': address,
  'x-forwarded-proto': scheme,
})

describe('balancers in front of the edge', () => {
  it('are believed where they are named, one by one or by network', () => {
    expect(taken('10.0.0.0/8', '10.1.2.3', said('192.0.2.7'))).to.equal('https 192.0.2.7')
    expect(taken('192.0.2.1, 10.1.2.3', '10.1.2.3', said('192.0.2.7'))).to.equal('https 192.0.2.7')
    expect(taken('2001:db8::/32', '2001:db8::5', said('192.0.2.7'))).to.equal('https 192.0.2.7')
    expect(taken('10.0.0.0/8', '::ffff:10.1.2.3', said('192.0.2.7'))).to.equal('https 192.0.2.7')
  })

  it('are nobody where none is named: clients say nothing about themselves', () => {
    expect(taken('', '10.1.2.3', said('192.0.2.7'))).to.equal('http 10.1.2.3')
    expect(taken('10.1.2.4', '10.1.2.3', said('192.0.2.7'))).to.equal('http 10.1.2.3')
    expect(taken('10.0.0.0/8', '11.0.0.1', said('192.0.2.7'))).to.equal('http 11.0.0.1')
  })

  it('end what a client may make up: the first from the right that is no balancer', () => {
    const made = said('127.0.0.1, 198.51.100.9, 192.0.2.7, 10.9.9.9')
    expect(taken('10.0.0.0/8', '10.1.2.3', made)).to.equal('https 192.0.2.7')
    expect(taken('10.0.0.0/8', '10.1.2.3', said('10.7.7.7'))).to.equal('https 10.7.7.7')
  })

  it('may write ports and IPv6 as they do', () => {
    for (const [text, address] of [
      ['192.0.2.7:4711', '192.0.2.7'],
      ['2001:db8:1::7', '2001:db8:1::7'],
      ['[2001:db8:1::7]', '2001:db8:1::7'],
      ['[2001:db8:1::7]:4711', '2001:db8:1::7'],
      ['::ffff:192.0.2.7', '192.0.2.7'],
    ] as const) {
      expect(taken('10.1.2.3', '10.1.2.3', said(text))).to.equal(`https ${address}`)
    }
  })

  it('ask for themselves when they name nobody', () => {
    expect(taken('10.1.2.3', '10.1.2.3', {})).to.equal('http 10.1.2.3')
  })

  it('are refused when nobody can read what they say', () => {
    for (const bad of [
      'unknown',
      '_hidden',
      '',
      '192.0.2.7, ',
      '192.0.2.7 192.0.2.8',
      '1.2.3.4:x',
    ]) {
      expect(() => taken('10.1.2.3', '10.1.2.3', said(bad)), bad).to.throw(
        'the balancer 10.1.2.3 sends a X-Forwarded-For',
      )
    }
    for (const bad of ['ftp', 'https, ', '']) {
      expect(() => taken('10.1.2.3', '10.1.2.3', said('192.0.2.7', bad)), bad).to.throw(
        'the balancer 10.1.2.3 sends a X-Forwarded-Proto',
      )
    }
  })

  it('are named by addresses or networks, and nothing else', () => {
    for (const bad of [
      'lb.internal',
      '10.0.0.0/33',
      '10.0.0.0/8/8',
      '10.0.0.0/',
      '::/129',
      '10.0/8',
    ]) {
      expect(() => new Balancers(bad), bad).to.throw('expected addresses or networks')
    }
  })
})

describe('an edge behind a balancer', () => {
  let service: Upstream
  let edge: TestEdge | undefined
  let seen: Record<string, string | string[] | undefined> = {}

  before(async () => {
    service = await upstream((req, res) => {
      seen = { ...req.headers }
      res.end('sound')
    })
  })
  afterEach(() => edge?.stop())
  after(() => service.stop())

  /** Over the one connection of a balancer. */
  const ask = (headers: Record<string, string>): Promise<number> =>
    new Promise((resolve, reject) => {
      const req = request(new URL('/orders', edge?.url), { headers }, (res) => {
        res.resume().once('end', () => resolve(res.statusCode ?? 0))
      })
      req.once('error', reject)
      req.end()
    })

  it('tells upstreams the client, and how it came', async () => {
    edge = await testEdge({ monolith: service.url, balancers: '127.0.0.1' })
    expect(await ask(said('198.51.100.9, 192.0.2.7'))).to.equal(200)
    expect(seen).to.include({ 'x-forwarded-for': '192.0.2.7', 'x-forwarded-proto': 'https' })
    expect(await ask({ ...said('unknown') })).to.equal(400)
  })

  it('counts requests by client, and does not count the connections of balancers', async () => {
    const clients = { perSecond: 1, burst: 2, connections: 1 }
    edge = await testEdge({ monolith: service.url, balancers: '127.0.0.1', clients })
    const asked = async (address: string) =>
      Promise.all([1, 2, 3].map(() => ask({ ...said(address), connection: 'close' })))
    expect((await asked('192.0.2.7')).sort()).to.deep.equal([200, 200, 429])
    expect((await asked('192.0.2.8')).sort()).to.deep.equal([200, 200, 429])
  })

  it('believes no client that talks to it itself', async () => {
    edge = await testEdge({ monolith: service.url, balancers: '192.0.2.1' })
    expect(await ask(said('192.0.2.7'))).to.equal(200)
    expect(seen).to.include({ 'x-forwarded-for': '127.0.0.1', 'x-forwarded-proto': 'http' })
  })
})
