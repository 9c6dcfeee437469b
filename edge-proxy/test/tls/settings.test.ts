import { type Config, readConfig } from '@matapalo/runtime'
import { expect } from 'chai'
import { tlsOf, tlsSettings } from '../../src/tls/settings.ts'

const read = (env: Record<string, string>) => {
  const config: Config<typeof tlsSettings> = readConfig(tlsSettings, env)
  return tlsOf(config)
}
const pair = { EDGE_TLS_CERT_FILE: 'cert.pem', EDGE_TLS_KEY_FILE: 'key.pem' }

describe('TLS settings', () => {
  it('ask for none when no port is named', () => {
    expect(read({})).to.equal(undefined)
  })

  it('take a pair of files, with authorities of clients or without', () => {
    const files = { cert: 'cert.pem', key: 'key.pem', clientCa: undefined }
    expect(read({ EDGE_TLS_PORT: '443', ...pair })).to.deep.equal({ port: 443, files })
    const asked = read({ EDGE_TLS_PORT: '443', ...pair, EDGE_TLS_CLIENT_CA_FILE: 'ca.pem' })
    expect(asked?.files?.clientCa).to.equal('ca.pem')
  })

  it('make a certificate only where that is wanted', () => {
    const made = read({ EDGE_TLS_PORT: '8443', EDGE_TLS_DEVELOPMENT: 'on' })
    expect(made).to.deep.equal({ port: 8443, files: undefined })
    expect(() => read({ EDGE_TLS_PORT: '8443' })).to.throw('EDGE_TLS_DEVELOPMENT')
  })

  it('are refused when they are half', () => {
    expect(() => read(pair)).to.throw('EDGE_TLS_PORT is missing')
    expect(() => read({ EDGE_TLS_REDIRECT: '443' })).to.throw('EDGE_TLS_PORT is missing')
    const half = { EDGE_TLS_PORT: '443', EDGE_TLS_CERT_FILE: 'cert.pem' }
    expect(() => read({ ...half, EDGE_TLS_DEVELOPMENT: 'on' })).to.throw('EDGE_TLS_KEY_FILE')
  })
})
