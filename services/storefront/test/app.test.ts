import { expect } from 'chai'
import { type FakeShop, fakeShop } from './fakeShop.ts'
import { dataOf, formOf, type Running, runStorefront, type Visitor, visitor } from './running.ts'
import { botAnswer, caseView, paths, shopAnswers } from './samples.ts'

const plain = (text: string): string => text

describe('the storefront', function () {
  this.timeout(20_000)
  let shop: FakeShop
  let storefront: Running
  let known: Visitor
  let stranger: Visitor

  before(async () => {
    shop = await fakeShop({})
  })
  after(() => shop.stop())
  beforeEach(async () => {
    shop.answers = shopAnswers(plain)
    shop.asked.length = 0
    storefront = await runStorefront(shop.url, 300)
    known = visitor(storefront.url, new Map([['sid', 'abc']]))
    stranger = visitor(storefront.url)
  })
  afterEach(() => storefront.stop())

  describe('asks in the visitor’s name', () => {
    const sent = {
      'x-request-id': 'r-1',
      traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
      tracestate: 'matapalo=x',
    }

    it('with the session cookie alone, and what belongs together', async () => {
      known.cookies.set('other', 'private')
      await known.see('/cart', sent)
      expect(shop.asked).to.have.length.greaterThan(3)
      for (const { headers, path } of shop.asked) {
        expect(headers, path).to.include({ ...sent, cookie: 'sid=abc' })
      }
    })

    it('with a bearer token, for which no form token is asked', async () => {
      const authorization = 'Bearer a.b.c'
      await stranger.see('/orders', { authorization })
      for (const { headers } of shop.asked) expect(headers).to.include({ authorization })
      const changed = await stranger.send(
        '/cart/quantity',
        { book_id: '7', quantity: '1' },
        { authorization },
      )
      expect(changed.status).to.equal(404)
    })

    it('and nothing at all of accounts for a stranger', async () => {
      await stranger.see('/')
      expect(shop.asked.map(({ path }) => path.split('?')[0]).sort()).to.deep.equal([
        '/api/books',
        '/api/books',
        '/api/categories',
      ])
    })
  })

  describe('protects forms', () => {
    const item = { book_id: '7', quantity: '1' }

    it('refuses one that another site sent, whatever it is, and asks nobody', async () => {
      for (const headers of [{ 'sec-fetch-site': 'cross-site' }, { origin: 'https://evil.test' }]) {
        const { status, html } = await known.send('/cart/items', item, headers)
        expect(status).to.equal(403)
        expect(dataOf(html, 'error-code')).to.deep.equal(['cross_site_form'])
      }
      expect(shop.asked.filter(({ method }) => method === 'POST')).to.deep.equal([])
    })

    it('refuses one of its own without its token, or with that of another login', async () => {
      const other = visitor(storefront.url, new Map([['sid', 'def']]))
      const form = formOf((await other.see('/cart')).html, '/cart/quantity')
      for (const bad of [item, form, { ...form, form_token: 'x' }]) {
        expect((await known.send('/cart/quantity', bad)).status).to.equal(403)
      }
      expect(shop.asked.filter(({ method }) => method === 'PUT')).to.deep.equal([])
    })

    it('hands the form’s reference on, so that sent twice it is done once', async () => {
      shop.answers['POST /api/cart/items'] = {}
      const form = formOf((await known.see('/books/7')).html, '/cart/items')
      await known.send('/cart/items', form)
      const call = shop.asked.find(({ method }) => method === 'POST')
      expect(call?.headers).to.include({ 'idempotency-key': form.reference })
    })

    it('refuses a form that is too large', async () => {
      const { status } = await known.send('/support', { body: 'x'.repeat(120_000) })
      expect(status).to.equal(413)
    })
  })

  it('lets nothing run, frame or keep its pages', async () => {
    for (const path of paths) {
      const { headers, html } = await known.see(path)
      const policy = headers.get('content-security-policy')
      expect(policy, path).to.include("default-src 'none'").and.include("frame-ancestors 'none'")
      expect(headers.get('cache-control'), path).to.equal('private, no-store')
      expect(html, path).to.not.match(/<script|\sstyle=|\son\w+=/)
    }
  })

  it('gives every field a label, every page one heading, a language and landmarks', async () => {
    for (const path of paths) {
      const { html } = await known.see(path)
      expect(html.match(/<h1/g), path).to.have.length(1)
      expect(html, path).to.include('<html lang="en">').and.include('<main').and.include('<nav')
      const bare = html
        .replace(/<label[\s\S]*?<\/label>/g, '')
        .match(/<(?:input(?![^>]*type="hidden")(?![^>]*id="q")|select|textarea)[^>]*>/g)
      expect(bare, path).to.equal(null)
    }
  })

  describe('the assistant', () => {
    const ask = async () => {
      const form = formOf((await known.see('/assistant')).html, '/assistant')
      return known.send('/assistant', { ...form, question: 'Where is my order?' })
    }

    it('answers on the next page, which may be loaded again', async () => {
      expect((await ask()).location).to.equal('/assistant')
      for (const _ of [1, 2]) expect((await known.see('/assistant')).html).to.include('There.')
      const questions = shop.asked.filter(({ method }) => method === 'POST')
      expect(questions.map(({ body }) => body)).to.have.length(1)
    })

    it('hands over to a person', async () => {
      await ask()
      shop.answers['POST /api/support/questions/9/handover'] = {
        ...botAnswer(plain),
        handed_over: true,
        ticket_id: 31,
      }
      const form = formOf((await known.see('/assistant')).html, '/assistant/9/handover')
      expect((await known.send('/assistant/9/handover', form)).status).to.equal(303)
      expect((await known.see('/assistant')).html).to.include('href="/support/31"')
    })
  })

  describe('the desk', () => {
    const forms = {
      take: {},
      answer: { body: 'Dear Ana' },
      handover: { agent_id: '4' },
      close: {},
    }
    for (const [what, fill] of Object.entries(forms)) {
      it(`sends what its document wants: ${what}`, async () => {
        const path = `/desk/query/3/${what}`
        const form = { ...formOf((await known.see('/desk/query/3')).html, path), ...fill }
        expect((await known.send(path, form)).location).to.equal('/desk/query/3')
      })
    }

    it('says which neighbours could not be asked', async () => {
      const view = {
        ...caseView(plain),
        customer: null,
        orders: null,
        missing: ['users', 'orders'],
      }
      shop.answers['GET /api/support/cases/query/3'] = view
      const { status, html } = await known.see('/desk/query/3')
      expect([status, ...dataOf(html, 'missing')]).to.deep.equal([200, 'orders users'])
    })
  })

  describe('with a part of the shop down', () => {
    const down = (...patterns: readonly string[]): void => {
      for (const pattern of patterns) {
        for (const key of Object.keys(shop.answers)) {
          if (key.startsWith(`GET ${pattern}`)) shop.answers[key] = 503
        }
      }
    }
    const cases = [
      ['/books/7', ['/api/support'], 200, 'support'],
      ['/', ['/api/orders', '/api/cart'], 200, 'orders'],
      ['/', ['/api/books', '/api/categories'], 200, 'catalog'],
      ['/orders/5', ['/api/books'], 200, 'catalog'],
      ['/orders/5', ['/api/session'], 200, 'users'],
      ['/account', ['/api/tickets', '/api/orders'], 200, 'orders support'],
      ['/checkout', ['/api/profile'], 200, 'users'],
      ['/checkout', ['/api/payment-methods'], 200, undefined],
      ['/support', ['/api/orders', '/api/returns'], 200, 'orders support'],
      ['/orders', ['/api/orders'], 503, undefined],
      ['/books/7', ['/api/books'], 503, undefined],
    ] as const
    for (const [path, gone, status, missing] of cases) {
      it(`${path} without ${gone.join(', ')} is ${status} and says so`, async () => {
        down(...gone)
        const seen = await known.see(path)
        expect([seen.status, dataOf(seen.html, 'missing')[0]]).to.deep.equal([status, missing])
        expect(seen.html).to.include('</html>')
        if (status === 503) expect(seen.headers.get('retry-after')).to.equal('1')
      })
    }

    it('waits no longer than it must for one that hangs', async () => {
      shop.answers['GET /api/cart'] = 'hang'
      const { status, html } = await known.see('/search')
      expect([status, dataOf(html, 'missing')[0]]).to.deep.equal([200, 'orders'])
    })

    it('asks for nothing when nothing is there, and still has a page', async () => {
      const alone = await runStorefront('http://127.0.0.1:1')
      const { status, html } = await visitor(alone.url, known.cookies).see('/')
      await alone.stop()
      expect([status, dataOf(html, 'missing')[0]]).to.deep.equal([200, 'catalog orders users'])
    })

    it('shows a checkout without an answer again, with the same reference', async () => {
      shop.answers['POST /api/orders'] = 503
      const form = formOf((await known.see('/checkout')).html, '/checkout')
      const { status, html } = await known.send('/checkout', { ...form, city: 'Cali' })
      expect(status).to.equal(503)
      expect(formOf(html, '/checkout')).to.include({ reference: form.reference, city: 'Cali' })
    })

    it('gives a declined payment a new reference', async () => {
      shop.answers['POST /api/orders'] = 402
      const form = formOf((await known.see('/checkout')).html, '/checkout')
      const { status, html } = await known.send('/checkout', form)
      expect(status).to.equal(402)
      expect(formOf(html, '/checkout').reference).to.not.equal(form.reference)
    })

    it('tells a visitor who guesses too often to wait', async () => {
      shop.answers['POST /api/login'] = 429
      const { status, html } = await stranger.send('/login', { email: 'a@b.test', password: 'x' })
      expect(status).to.equal(429)
      expect(html).to.include('Too many attempts')
    })
  })

  it('is healthy, ready and measured', async () => {
    await known.see('/books/7')
    for (const path of ['/healthz', '/readyz'])
      expect((await stranger.see(path)).status).to.equal(200)
    const { html } = await stranger.see('/metrics')
    expect(html).to.include('route="/books/:id"').and.include('storefront_call_seconds')
  })
})
