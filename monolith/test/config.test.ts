import { expect } from 'chai'
import { readConfig } from '../src/config.ts'

const databaseUrl = 'mysql://shop:secret@127.0.0.1:3306/bookshop'

describe('readConfig', () => {
  it('needs nothing but the database', () => {
    const config = readConfig({ DATABASE_URL: databaseUrl })
    expect(config).to.include({ timeZone: 'America/Bogota', sessionDays: 30, doorUrls: null })
  })
  it('takes several doors', () => {
    const env = { DATABASE_URL: databaseUrl, SHOP_DOOR_URL: 'http://a:1/, http://b:2' }
    expect(readConfig(env).doorUrls).to.deep.equal(['http://a:1', 'http://b:2'])
  })
  it("takes a password of the shop's own account that is worth the name", () => {
    const env = { DATABASE_URL: databaseUrl, SHOP_SYSTEM_PASSWORD: 'short' }
    expect(() => readConfig(env))
      .to.throw(/SHOP_SYSTEM_PASSWORD/)
      .with.property('message')
      .that.does.not.include('short\n')
    const long = { ...env, SHOP_SYSTEM_PASSWORD: 'long enough for it' }
    expect(readConfig(long).systemPassword).to.equal('long enough for it')
    expect(readConfig({ DATABASE_URL: databaseUrl }).systemPassword).to.equal(null)
  })
  it('has no provider that calls back, unless it shares a secret with one', () => {
    expect(readConfig({ DATABASE_URL: databaseUrl }).providerSecret).to.equal(null)
    const env = { DATABASE_URL: databaseUrl, SHOP_PROVIDER_SECRET: 'shared' }
    expect(readConfig(env).providerSecret).to.equal('shared')
  })
  it('names all problems at once and no secret', () => {
    const env = { DATABASE_URL: 'secret', PORT: 'x', SHOP_TIME_ZONE: 'Mars/Olympus' }
    expect(() => readConfig(env))
      .to.throw(/PORT[\s\S]*SHOP_TIME_ZONE|SHOP_TIME_ZONE[\s\S]*PORT/)
      .with.property('message')
      .that.does.not.include('secret\n')
  })
})
