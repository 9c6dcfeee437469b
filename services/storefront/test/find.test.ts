import { expect } from 'chai'
import { type FakeShop, fakeShop } from './fakeShop.ts'
import { dataOf, type Running, runStorefront, visitor } from './running.ts'
import { shopAnswers } from './samples.ts'

describe('the search by words', function () {
  this.timeout(20_000)
  let shop: FakeShop
  let storefront: Running

  before(async () => {
    shop = await fakeShop({})
    storefront = await runStorefront(shop.url)
  })
  after(async () => {
    await storefront?.stop()
    await shop?.stop()
  })
  beforeEach(() => {
    shop.answers = shopAnswers((plain) => plain)
    shop.asked.length = 0
  })
  const see = (path: string) => visitor(storefront.url).see(path)
  const searches = () =>
    shop.asked.map(({ path }) => path).filter((path) => path.startsWith('/api/catalog/search'))

  it('asks the full-text search for what was asked, and no more', async () => {
    const { status, html } = await see('/find?q=old+sea&category=shelf&available=1&page=2&x=y')
    expect(status).to.equal(200)
    expect(searches()).to.deep.equal([
      '/api/catalog/search?q=old+sea&category=shelf&available=1&page=2',
    ])
    expect(dataOf(html, 'book-id')).to.deep.equal(['7'])
    expect(html).to.include('href="/find?q=old+sea&amp;category=shelf&amp;available=1&amp;page=3"')
    expect(html).to.include('some books may be missing')
  })

  it('keeps quiet until there is a word', async () => {
    const { status, html } = await see('/find')
    expect([status, searches()]).to.deep.equal([200, []])
    expect(html).to.include('<form action="/find"')
  })

  it('shows the form again when the words are too few or too many', async () => {
    for (const refused of [400, 422]) {
      shop.answers['GET /api/catalog/search'] = refused
      const { status, html } = await see('/find?q=the')
      expect(status).to.equal(refused)
      expect(html).to.include('role="alert"').and.include('name="q" value="the"')
    }
  })

  it('says that the catalogue does not answer', async () => {
    shop.answers['GET /api/catalog/search'] = 503
    const { status, html } = await see('/find?q=old+sea')
    expect([status, ...dataOf(html, 'missing')]).to.deep.equal([200, 'catalog'])
  })

  it('is offered where the shorter search ends', async () => {
    expect((await see('/search?q=old%20sea')).html).to.include('href="/find?q=old+sea"')
  })
})
