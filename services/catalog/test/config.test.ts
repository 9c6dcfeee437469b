import { expect } from 'chai'
import { readConfig } from '../src/config.ts'

describe('readConfig', () => {
  it('names every problem at once and shows no password', () => {
    const env = { DATABASE_URL: 'secret', PORT: 'x', SHOP_TIME_ZONE: 'Nowhere/Land' }
    expect(() => readConfig(env)).to.throw(
      /DATABASE_URL: expected.*\n.*IDENTITY_JWKS is required.*\n.*SHOP_TIME_ZONE: expected/s,
    )
    expect(() => readConfig(env)).not.to.throw(/secret/)
  })

  it('has defaults for all but the database and the keys', () => {
    const config = readConfig({ DATABASE_URL: 'mysql://a:b@c:1/d', IDENTITY_JWKS: '{"keys":[]}' })
    expect(config).to.include({ port: 3101, timeZone: 'America/Bogota', expiryInterval: 2000 })
  })
})
