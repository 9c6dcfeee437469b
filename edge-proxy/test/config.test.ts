import { readConfig } from '@matapalo/runtime'
import { expect } from 'chai'
import { edgeSettings, refuseFaults } from '../src/config.ts'
import { TestFaultRefused } from '../src/errors.ts'
import { issuerOf } from '../src/identity/settings.ts'

const least = {
  CONTROL_URL: 'http://127.0.0.1:1',
  MATAPALO_EDGE_TOKEN: 't',
  LEDGER_URL: 'mysql://a:b@127.0.0.1/ledger',
  MONOLITH_DB_URL: 'mysql://a:b@127.0.0.1/matapalo',
  SERVICES_DB_URL: 'mysql://a:b@127.0.0.1/matapalo',
  REDIS_URL: 'redis://127.0.0.1',
  EDGE_IDENTITY_KEY: '{}',
  EDGE_STATE_DIR: '/tmp/x',
}
const read = (env: Record<string, string>) =>
  refuseFaults(readConfig(edgeSettings, { ...least, ...env }))

describe('edge configuration', () => {
  it('holds ten seconds at most unless told otherwise', () => {
    expect(read({}).holdMax).to.equal(10_000)
    expect(read({ EDGE_HOLD_MAX_MS: '500' }).holdMax).to.equal(500)
  })

  it('breaks its promises on purpose only in tests', () => {
    expect(() => read({ EDGE_EPOCH_DELAY_MS: '1000' })).to.throw(TestFaultRefused)
    expect(() => read({ EDGE_FRESHNESS: 'off' })).to.throw(TestFaultRefused)
    const faults = read({
      EDGE_EPOCH_DELAY_MS: '1000',
      EDGE_FRESHNESS: 'off',
      MATAPALO_TEST_FAULTS: '1',
    })
    expect(faults).to.include({ epochDelay: 1000, freshness: false })
  })

  it('bounds clients and contents unless told otherwise, and 0 is no limit', () => {
    expect(read({})).to.include({
      ...{ clientConnections: 2_000, clientRate: 0, bodyMax: 2 ** 30, headersMax: 10_000 },
      ...{ upstreamRequests: 4_096, healthPath: '' },
      ...{ upstreamConnections: 256, lineMax: 5_000, silenceMax: 300_000 },
    })
    const upstream = {
      ...{ EDGE_UPSTREAM_CONNECTIONS: '16', EDGE_LINE_MAX_MS: '100', EDGE_SILENCE_MAX_MS: '1000' },
    }
    expect(read(upstream)).to.include({
      ...{ upstreamConnections: 16, lineMax: 100, silenceMax: 1_000 },
    })
    const set = { EDGE_CLIENT_CONNECTIONS: '0', EDGE_CLIENT_RATE: '50', EDGE_HEALTH_PATH: '/up' }
    expect(read(set)).to.include({ clientConnections: 0, clientRate: 50, healthPath: '/up' })
  })

  it('judges bearer tokens where an issuer is named, and wants to know for whom they are', () => {
    expect(issuerOf(read({}))).to.equal(undefined)
    const EDGE_OIDC_ISSUER = 'https://shop.test/identity'
    const EDGE_OIDC_AUDIENCE = 'bookshop'
    expect(issuerOf(read({ EDGE_OIDC_ISSUER, EDGE_OIDC_AUDIENCE }))).to.deep.equal({
      issuer: EDGE_OIDC_ISSUER,
      keysUrl: new URL('https://shop.test/identity/jwks'),
      audience: 'bookshop',
      algorithms: ['ES256'],
    })
    const EDGE_OIDC_JWKS_URL = 'http://127.0.0.1:3102/identity/jwks'
    const EDGE_OIDC_ALGORITHMS = 'ES256, EdDSA'
    const all = { EDGE_OIDC_ISSUER, EDGE_OIDC_AUDIENCE, EDGE_OIDC_JWKS_URL, EDGE_OIDC_ALGORITHMS }
    expect(issuerOf(read(all))?.keysUrl.href).to.equal(EDGE_OIDC_JWKS_URL)
    expect(issuerOf(read(all))?.algorithms).to.deep.equal(['ES256', 'EdDSA'])
    expect(() => issuerOf(read({ EDGE_OIDC_ISSUER }))).to.throw(/EDGE_OIDC_AUDIENCE/)
    expect(() => issuerOf(read({ EDGE_OIDC_AUDIENCE }))).to.throw(/EDGE_OIDC_ISSUER/)
    for (const algorithm of ['HS256', 'none', '', 'es256']) {
      expect(() => read({ EDGE_OIDC_ALGORITHMS: `ES256,${algorithm}` }), algorithm).to.throw(
        /EDGE_OIDC_ALGORITHMS/,
      )
    }
  })

  it('takes testers’ headers where it has a key, which is long enough and never shown', () => {
    expect(read({}).testerKey).to.equal(undefined)
    const EDGE_TESTER_KEY = 'thirty-two octets of a secret ok'
    expect(read({ EDGE_TESTER_KEY }).testerKey).to.equal(EDGE_TESTER_KEY)
    expect(() => read({ EDGE_TESTER_KEY: 'short secret' }))
      .to.throw(/EDGE_TESTER_KEY: expected at least 32 octets/)
      .and.have.property('message')
      .not.contain('short secret')
  })

  it('asks for sessions of tokens by a path that names them', () => {
    expect(read({}).bridgePath).to.equal('/internal/sessions/:sid/cookie')
    expect(read({ EDGE_BRIDGE_PATH: '/x/:sid' }).bridgePath).to.equal('/x/:sid')
    expect(() => read({ EDGE_BRIDGE_PATH: '/x' })).to.throw(/EDGE_BRIDGE_PATH/)
  })

  it('forwards by undici unless the other path is forced', () => {
    expect(read({}).forwarder).to.equal('undici')
    expect(read({ EDGE_FORWARDER: 'middleware' }).forwarder).to.equal('middleware')
    expect(() => read({ EDGE_FORWARDER: 'curl' })).to.throw(/EDGE_FORWARDER/)
  })
})
