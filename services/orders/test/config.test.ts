import { expect } from 'chai'
import { readConfig } from '../src/config.ts'

describe('readConfig', () => {
  it('names every problem at once and shows no password', () => {
    const env = { DATABASE_URL: 'secret', CATALOG_URL: 'catalog', ORDERS_CLAIM_MS: '-1' }
    expect(() => readConfig(env)).to.throw(
      /DATABASE_URL: expected.*\n.*IDENTITY_JWKS is required.*\n.*CATALOG_URL: expected.*\n.*ORDERS_CLAIM_MS/s,
    )
    expect(() => readConfig(env)).not.to.throw(/secret/)
  })

  it('has defaults for all but the database and the keys', () => {
    const config = readConfig({ DATABASE_URL: 'mysql://a:b@c:1/d', IDENTITY_JWKS: '{"keys":[]}' })
    expect(config).to.include({ port: 3103, catalogUrl: 'http://127.0.0.1:3101' })
    expect(config.requestBudget).to.equal(12_000)
  })
})
