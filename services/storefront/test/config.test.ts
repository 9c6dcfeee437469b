import { expect } from 'chai'
import { readConfig } from '../src/config.ts'

describe('configuration', () => {
  it('names every problem at once and shows no secret', () => {
    expect(() => readConfig({ SHOP_URL: 'x', FORM_SECRET: 'short', PORT: '-1' }))
      .to.throw(/SHOP_URL[\s\S]*FORM_SECRET|PORT[\s\S]*/)
      .with.property('message')
      .that.does.not.include('short')
  })

  it('has what is needed to start when url and secret are given', () => {
    const config = readConfig({ SHOP_URL: 'http://edge:8080/', FORM_SECRET: 'x'.repeat(32) })
    expect(config).to.include({ port: 3105, shopUrl: 'http://edge:8080', readTimeout: 5000 })
  })
})
