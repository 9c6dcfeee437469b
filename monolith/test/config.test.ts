import { expect } from 'chai'
import { readConfig } from '../src/config.ts'

const databaseUrl = 'mysql://shop:secret@127.0.0.1:3306/bookshop'

describe('readConfig', () => {
  it('needs nothing but the database', () => {
    const config = readConfig({ DATABASE_URL: databaseUrl })
    expect(config).to.include({ timeZone: 'America/Bogota', sessionDays: 30, catalogUrls: null })
  })
  it('takes several doors to the catalogue', () => {
    const env = { DATABASE_URL: databaseUrl, SHOP_CATALOG_URL: 'http://a:1/, http://b:2' }
    expect(readConfig(env).catalogUrls).to.deep.equal(['http://a:1', 'http://b:2'])
  })
  it('names all problems at once and no secret', () => {
    const env = { DATABASE_URL: 'secret', PORT: 'x', SHOP_TIME_ZONE: 'Mars/Olympus' }
    expect(() => readConfig(env))
      .to.throw(/PORT[\s\S]*SHOP_TIME_ZONE|SHOP_TIME_ZONE[\s\S]*PORT/)
      .with.property('message')
      .that.does.not.include('secret\n')
  })
})
