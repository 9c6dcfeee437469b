import { expect } from 'chai'
import { readConfig } from '../src/config.ts'

const least = { DATABASE_URL: 'mysql://a:b@c/support', IDENTITY_JWKS: '{"keys":[]}' }

describe('configuration', () => {
  it('needs a database and the edge’s keys, and starts alone with them', () => {
    const config = readConfig(least)
    expect([config.port, config.brokers, config.issuer]).to.deep.equal([3104, undefined, undefined])
  })

  it('reports all problems at once, without the password', () => {
    const bad = { DATABASE_URL: 'secret', USERS_URL: 'nowhere', SHOP_TIME_ZONE: 'Nowhere/City' }
    expect(() => readConfig(bad)).to.throw(
      /DATABASE_URL[\s\S]*IDENTITY_JWKS[\s\S]*SHOP_TIME_ZONE[\s\S]*USERS_URL/,
    )
    expect(() => readConfig(bad)).not.to.throw(/secret/)
  })

  it('takes several brokers', () => {
    expect(readConfig({ ...least, KAFKA_BROKERS: 'a:1, b:2' }).brokers).to.deep.equal([
      'a:1',
      'b:2',
    ])
  })
})
