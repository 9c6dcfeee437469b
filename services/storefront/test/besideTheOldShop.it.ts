import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import { oldShop } from './oldShop.ts'
import { dataOf, type Form, formOf, type Visitor } from './running.ts'

const attributes = [
  'book-id',
  'price',
  'stock',
  'quantity',
  'total',
  'order-id',
  'reference',
  'status',
  'ticket-id',
  'user-id',
  'cart-count',
  'error-code',
]

/** What clients read of a page. */
const read = (html: string): Record<string, readonly string[]> =>
  Object.fromEntries(attributes.map((name) => [name, dataOf(html, name)]))

describe('the storefront beside the old shop', function () {
  this.timeout(90_000)
  const shop = oldShop('storefront-parity')
  let customer: Map<string, string>
  let staff: Map<string, string>

  before(async () => {
    customer = await shop().login('customer3@bookshop.test', 'secret-3')
    staff = await shop().login('staff1@bookshop.test', 'secret-1')
  })

  const same = async (path: string, cookies: Map<string, string>): Promise<string> => {
    const both = shop().both(cookies)
    const [theirs, ours] = [await both.old.see(path), await both.new.see(path)]
    expect(ours.status, path).to.equal(theirs.status)
    expect(ours.location, path).to.equal(theirs.location)
    expect(read(ours.html), path).to.deep.equal(read(theirs.html))
    return ours.html
  }

  describe('shows the same', () => {
    const nobody = new Map<string, string>()
    for (const path of [
      '/search',
      '/search?q=th&sort=title&page=2',
      '/search?q=th&sort=-price&per_page=5',
      '/search?q=x',
      '/search?sort=nonsense',
      '/category/no-such-shelf',
      '/books/7',
      '/books/99999999',
      '/books/x',
      '/login?next=/cart',
      '/cart',
      '/orders?a=1',
      '/orders/1',
      '/support',
      '/account',
      '/checkout',
      '/no/such/page',
    ]) {
      it(`to nobody in particular: ${path}`, () => same(path, nobody))
      it(`to a customer: ${path}`, () => same(path, customer))
    }

    it('on every shelf', async () => {
      const home = await same('/search', nobody)
      const shelves = [...home.matchAll(/href="(\/category\/[^"]+)"/g)].map(([, path = '']) => path)
      expect(shelves).to.have.length.greaterThan(2)
      for (const path of shelves) await same(`${path}?sort=price`, nobody)
    })

    it('of every order, to its customer and to staff', async () => {
      const orders = dataOf((await shop().both(customer).old.see('/orders')).html, 'order-id')
      for (const id of orders) await same(`/orders/${id}`, customer)
      await same('/orders/1', staff)
      await same('/support', staff)
    })

    it('at home the newest books, and the last order', async () => {
      const both = shop().both(customer)
      const [theirs, ours] = [await both.old.see('/'), await both.new.see('/')]
      const newest = (html: string) => dataOf(html.split('New on the shelves')[1] ?? '', 'book-id')
      expect(newest(ours.html)).to.deep.equal(newest(theirs.html)).and.to.have.length(10)
      const note = /Your last order[^.]*\./
      expect(ours.html.match(note)?.[0]).to.equal(theirs.html.match(note)?.[0])
    })
  })

  /** A form rendered by one side, sent to the other; both directions end alike. */
  const crossed = async (
    page: string,
    action: string,
    fill: Form,
    cookies: Map<string, string>,
  ): Promise<readonly string[]> => {
    const both = shop().both(cookies)
    const directions: readonly (readonly [Visitor, Visitor])[] = [
      [both.old, both.new],
      [both.new, both.old],
      [both.new, both.new],
    ]
    const ends: string[] = []
    for (const [renders, takes] of directions) {
      const form = { ...formOf((await renders.see(page)).html, action), ...fill }
      const { status, location } = await takes.send(action, form)
      ends.push(`${status} ${location?.replace(/\d+$/, ':id').replace(/\?.*/, '')}`)
    }
    return ends
  }

  describe('takes the forms of the old shop, and the old shop takes ours', () => {
    const forms: readonly (readonly [page: string, action: string, fill: Form, end: string])[] = [
      ['/books/8', '/cart/items', {}, '303 /cart'],
      ['/books/8', '/cart/items', { quantity: '0' }, '400 undefined'],
      ['/checkout', '/checkout', { city: 'Bogotá', country: 'xx' }, '400 undefined'],
      ['/cart', '/cart/remove', {}, '303 /cart'],
      ['/books/8', '/books/8/feedback', { rating: '4', body: 'Good <b>' }, '303 /books/:id'],
      ['/support', '/support', { subject: 'Où?', body: '<script>' }, '303 /support/:id'],
      ['/support', '/support', { subject: 'x', body: '', order_id: '999' }, '400 undefined'],
      ['/account', '/account', { city: 'Cali', newsletter: 'Y' }, '303 /account'],
    ]
    for (const [page, action, fill, end] of forms) {
      it(`${action} ${JSON.stringify(fill)}`, async () => {
        const { new: ours } = shop().both(customer)
        if (page === '/cart' || page === '/checkout') {
          for (const book_id of ['9', '10', '11']) await ours.send('/cart/items', { book_id })
        }
        expect(await crossed(page, action, fill, customer)).to.deep.equal([end, end, end])
      })
    }

    it('a message on a ticket', async () => {
      const { new: ours } = shop().both(customer)
      const opened = await ours.send('/support', { subject: 'S', body: 'B', order_id: '' })
      const path = opened.location ?? ''
      const end = '303 /support/:id'
      const fill = { body: 'more' }
      expect(await crossed(path, `${path}/messages`, fill, customer)).to.deep.equal([end, end, end])
      expect((await ours.see(path)).html.match(/>more</g)).to.have.length(3)
    })

    it('a whole purchase', async () => {
      const buyer = await shop().login('customer4@bookshop.test', 'secret-4')
      const both = shop().both(buyer)
      for (const [renders, takes] of [
        [both.old, both.new],
        [both.new, both.old],
      ] as const) {
        await takes.send(
          '/cart/items',
          formOf((await renders.see('/books/12')).html, '/cart/items'),
        )
        const address = { name: 'Ana', street: 'Calle 1', city: 'Bogotá', country: 'CO' }
        const form = { ...formOf((await renders.see('/checkout')).html, '/checkout'), ...address }
        const bought = await takes.send('/checkout', form)
        expect(bought.location).to.match(/^\/orders\/\d+$/)
        const again = await renders.send('/checkout', form)
        expect(again.location, 'sent twice').to.equal(bought.location)
        await same(bought.location ?? '', buyer)
      }
    })

    it('login, wrong login, registration, logout', async () => {
      const ends: string[] = []
      const email = `${randomUUID()}@bookshop.test`
      for (const side of ['old', 'new', 'old'] as const) {
        const one = shop().both(new Map())[side]
        const other = shop().both(one.cookies)[side === 'old' ? 'new' : 'old']
        const wrong = await one.send('/login', { email: 'customer5@bookshop.test', password: 'no' })
        const right = await other.send('/login', {
          email: 'customer5@bookshop.test',
          password: 'secret-5',
          next: '/orders',
        })
        const known = await one.see('/account')
        const out = await other.send('/logout', {})
        const gone = await one.see('/account')
        const made = await other.send('/register', { name: 'N', email, password: 'secret-n' })
        ends.push(
          [
            wrong.status,
            right.location,
            known.status,
            out.location,
            gone.location,
            made.status,
          ].join(),
        )
      }
      const usual = '401,/orders,200,/,/login?next=%2Faccount'
      expect(ends).to.deep.equal([`${usual},303`, `${usual},409`, `${usual},409`])
    })
  })

  describe('has what the old shop has not', () => {
    it('changes how many copies are in the cart', async () => {
      const { new: ours } = shop().both(customer)
      await ours.send('/cart/items', { book_id: '13', quantity: '1' })
      const form = { ...formOf((await ours.see('/cart')).html, '/cart/quantity'), book_id: '13' }
      expect((await ours.send('/cart/quantity', { ...form, quantity: '5' })).location).to.equal(
        '/cart',
      )
      const cart = (await ours.see('/cart')).html
      expect(dataOf(cart, 'quantity')[dataOf(cart, 'book-id').indexOf('13')]).to.equal('5')
    })

    it('lets staff add a book, price, stock, change and delete it', async () => {
      const { new: ours } = shop().both(staff)
      const blank = formOf((await ours.see('/catalogue/new')).html, '/catalogue/books')
      const fill = { title: 'New <i>', author: 'A', price: '12.50', stock: '3', featured: 'Y' }
      const made = await ours.send('/catalogue/books', { ...blank, ...fill })
      expect(made.location).to.match(/^\/catalogue\/books\/\d+\?done=1$/)
      const twice = await ours.send('/catalogue/books', { ...blank, ...fill })
      expect(twice.location, 'sent twice').to.equal(made.location)
      const path = made.location?.split('?')[0] ?? ''
      const form = async (what: string) => formOf((await ours.see(path)).html, `${path}${what}`)
      await ours.send(`${path}/price`, { ...(await form('/price')), price: '9.99' })
      await ours.send(`${path}/stock`, { ...(await form('/stock')), delta: '-1' })
      await ours.send(path, { ...(await form('')), author: 'B', category_id: '' })
      const { html } = await ours.see(path)
      expect([dataOf(html, 'price')[0], dataOf(html, 'stock')[0]]).to.deep.equal(['9.99', '2'])
      expect(html).to.include('value="B"').and.to.include('New &lt;i&gt;')
      expect((await ours.see('/')).html.split('New on')[0]).to.include('New &lt;i&gt;')
      const refused = await ours.send(`${path}/stock`, { ...(await form('/stock')), delta: '-9' })
      expect(refused.status).to.equal(409)
      expect(refused.html).to.include('role="alert"')
      const gone = await ours.send(`${path}/delete`, await form('/delete'))
      expect(gone.location).to.equal('/catalogue?done=1')
      expect((await ours.see(path)).status).to.equal(404)
    })

    it('lets staff add, change and delete a shelf', async () => {
      const { new: ours } = shop().both(staff)
      const page = '/catalogue/categories'
      const slug = `shelf-${randomUUID().slice(0, 8)}`
      const blank = formOf((await ours.see(page)).html, page)
      expect((await ours.send(page, { ...blank, name: 'Shelf', slug })).status).to.equal(303)
      const { html } = await ours.see(page)
      const id = new RegExp(`data-category-id="(\\d+)"(?:(?!</li>)[\\s\\S])*${slug}`).exec(
        html,
      )?.[1]
      const form = formOf(html, `${page}/${id}`)
      expect((await ours.send(`${page}/${id}`, { ...form, name: 'Other' })).status).to.equal(303)
      expect((await ours.see(`/category/${slug}`)).html).to.include('Other')
      const last = formOf((await ours.see(page)).html, `${page}/${id}/delete`)
      expect((await ours.send(`${page}/${id}/delete`, last)).status).to.equal(303)
      expect((await ours.see(`/category/${slug}`)).status).to.equal(404)
    })

    it('shows none of it to customers and nobody', async () => {
      for (const path of [
        '/catalogue',
        '/catalogue/new',
        '/catalogue/books/7',
        '/catalogue/categories',
      ]) {
        expect((await shop().both(customer).new.see(path)).status, path).to.equal(403)
        expect((await shop().both(new Map()).new.see(path)).location, path).to.match(/^\/login/)
      }
    })
  })
})
