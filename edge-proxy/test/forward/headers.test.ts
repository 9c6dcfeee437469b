import { expect } from 'chai'
import {
  answerFields,
  requestFields,
  setCookies,
  upstreamFields,
} from '../../src/forward/headers.ts'

describe('headers', () => {
  it('stay on their hop when Connection names them', () => {
    const raw = ['Connection', 'close, X-Hop', 'x-hop', '1', 'TE', 'trailers', 'X-End', '2']
    expect(requestFields(raw)).to.deep.equal(['X-End', '2'])
    expect(answerFields(['Keep-Alive', 'timeout=5', 'Trailer', 'X', ...raw])).to.deep.equal([
      'X-End',
      '2',
    ])
  })

  it('cannot be spoofed, however they are spelt', () => {
    const raw = ['X-Forwarded-For', 'X_FORWARDED_FOR', 'x-forwarded_host', 'Forwarded']
      .concat(['X-Matapalo-Identity', 'x_matapalo_identity', 'X-Real-IP', 'traceparent'])
      .flatMap((name) => [name, 'forged'])
    expect(requestFields(raw)).to.deep.equal([])
  })

  it('keep repetition, order and spelling', () => {
    const raw = ['Accept', 'a', 'X-Many', '1', 'accept', 'b', 'X-Many', '2']
    expect(requestFields(raw)).to.deep.equal(raw)
  })

  it('tell the upstream the public Host, and no service what only the edge may say twice', () => {
    const fields = upstreamFields(['Host', 'shop.test', 'tracestate', 'x=1'], {
      host: 'shop.test',
      remoteAddress: '10.0.0.1',
      scheme: 'http',
      requestId: 'r',
      traceparent: 't',
      tracestate: 'matapalo=y,x=1',
      identity: 'jwt',
    })
    const names = fields.filter((_, place) => place % 2 === 0)
    expect(new Set(names).size).to.equal(names.length)
    expect(fields[names.indexOf('host') * 2 + 1]).to.equal('shop.test')
    expect(fields[names.indexOf('x-matapalo-identity') * 2 + 1]).to.equal('jwt')
  })

  it('show every Set-Cookie', () => {
    expect(setCookies(['set-cookie', 'a=1', 'X', 'y', 'Set-Cookie', 'b=2'])).to.deep.equal([
      'a=1',
      'b=2',
    ])
  })
})
