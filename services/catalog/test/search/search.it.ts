import { expect } from 'chai'
import { suiteStack } from '../../../../scripts/src/stack/testing.ts'
import { sweepStep } from '../../src/search/sweep.ts'
import { type Running, runApp } from '../running.ts'
import { openStore, type Store } from '../store.ts'

describe('full-text search', function () {
  this.timeout(60_000)
  const running = suiteStack({ name: 'catalog-search', only: ['services-db'] })
  let store: Store
  let service: Running

  before(async () => {
    store = await openStore(await running.get())
    service = await runApp(store.database)
  })
  after(async () => {
    await service?.stop()
    await store?.close()
  })

  const newBook = async (title: string, more: object = {}): Promise<number> => {
    const body = { title, author: 'Nobody', price: '10.00', ...more }
    return Number((await service.ask('staff', 'POST', '/api/books', body)).json.id)
  }
  const search = (q: string, more = '') =>
    service.ask(null, 'GET', `/api/catalog/search?q=${encodeURIComponent(q)}${more}`)
  const found = async (q: string, more = ''): Promise<number[]> =>
    ((await search(q, more)).json.items as { id: number }[]).map(({ id }) => id)
  const due = () => store.root('text_sweep').update({ next_at: '2020-01-01', swept_to: 0 })
  const sweep = async (): Promise<void> => {
    await due()
    for (;;) {
      const step = await sweepStep(store.database, service.metrics)
      if (step === 'finished') return
      await store.root('text_sweep').update({ next_at: '2020-01-01' })
    }
  }

  it('finds words anywhere in title, author and description, whatever their order', async () => {
    const id = await newBook('The Glass Lighthouse', {
      author: 'Marisol Vega',
      description: 'A keeper counts the storms of forty winters',
    })
    for (const q of ['lighthouse glass', 'vega storms', 'FORTY', 'light', 'marisol keep']) {
      expect(await found(q), q).to.deep.equal([id])
    }
    for (const q of ['lighthouse keeper sun', 'houses', 'eeper']) {
      expect(await found(q), q).to.deep.equal([])
    }
  })

  it('counts words that other engines leave out', async () => {
    const id = await newBook('About the Who')
    expect(await found('the who')).to.deep.equal([id])
  })

  it('shows a book’s own change at once', async () => {
    const id = await newBook('Quicksilver')
    await service.ask('staff', 'PATCH', `/api/books/${id}`, { title: 'Mercury' })
    expect(await found('quicksilver')).to.deep.equal([])
    expect(await found('mercury')).to.deep.equal([id])
    await service.ask('staff', 'DELETE', `/api/books/${id}`)
    expect(await found('mercury')).to.deep.equal([])
  })

  it('looks for a beginning where all words are short', async () => {
    const id = await newBook('日本')
    expect(await found('日本')).to.deep.equal([id])
    expect(await found('本語')).to.deep.equal([])
  })

  it('keeps to a category, to featured books, to those in stock', async () => {
    const { json } = await service.ask('staff', 'POST', '/api/categories', { name: 'Harbours' })
    const a = await newBook('Anchor one', { category_id: json.id })
    const b = await newBook('Anchor two', { featured: true })
    const c = await newBook('Anchor three', { stock: 1 })
    expect(await found('anchor')).to.have.members([a, b, c])
    expect(await found('anchor', '&category=harbours')).to.deep.equal([a])
    expect(await found('anchor', '&category=nowhere')).to.deep.equal([])
    expect(await found('anchor', '&featured=1')).to.deep.equal([b])
    expect(await found('anchor', '&available=1')).to.deep.equal([c])
    expect(await found('anchor', '&per_page=2&page=2')).to.have.length(1)
  })

  it('finds by the old shop’s list the featured books alone', async () => {
    const id = await newBook('Talked about', { featured: true })
    const { json } = await service.ask(null, 'GET', '/api/books?featured=1&per_page=100')
    const items = json.items as { id: number; featured: boolean }[]
    expect(items.map((one) => one.id)).to.include(id)
    expect(items.every(({ featured }) => featured)).to.equal(true)
    await service.ask('staff', 'PATCH', `/api/books/${id}`, { featured: false })
    const after = (await service.ask(null, 'GET', '/api/books?featured=1')).json
    expect((after.items as { id: number }[]).map((one) => one.id)).not.to.include(id)
  })

  for (const [q, status] of [
    ['', 400],
    ['a', 400],
    ['x'.repeat(101), 400],
    ['"+-><()~*@', 200],
    ["'; DROP TABLE product; --", 200],
    ['\\', 400],
    ['%_', 200],
  ] as const) {
    it(`answers ${JSON.stringify(q.slice(0, 30))} with ${status}`, async () => {
      const answer = await search(q)
      expect(answer.status).to.equal(status)
      if (status === 400) {
        expect(answer.headers.get('content-type')).to.contain('application/problem+json')
        expect(answer.json).to.include({ code: 'invalid_request', field: 'q' })
      }
    })
  }

  it('stores and shows SQL and scripts as the text they are', async () => {
    const title = `<script>alert("x")</script>'; DROP TABLE product; -- zanzibar`
    const id = await newBook(title)
    const { json } = await search('zanzibar')
    expect((json.items as { id: number; title: string }[])[0]).to.include({ id, title })
    expect((await service.ask(null, 'GET', '/api/books?per_page=1')).status).to.equal(200)
  })

  describe('for books that somebody else wrote', () => {
    const insert = (from: number, count: number) =>
      store.root.raw(
        `INSERT INTO product (id, title, author, price_cents, created_at, updated_at)
          SELECT seq, CONCAT('Foreign number', seq), 'Feed', 100, NOW(), NOW() FROM seq_${from}_to_${from + count - 1}`,
      )
    const stock = () =>
      store.root.raw(
        'INSERT INTO inventory (product_id) SELECT id FROM product p WHERE NOT EXISTS (SELECT 1 FROM inventory i WHERE i.product_id = p.id)',
      )

    it('waits while they come in great numbers, and says that it is not complete', async () => {
      await sweep()
      expect((await search('foreign')).json.complete).to.equal(true)
      await insert(500_000, 1000)
      await stock()
      expect((await search('foreign')).json.complete).to.equal(false)
      await due()
      expect(await sweepStep(store.database, service.metrics)).to.equal('filling')
      expect((await search('foreign')).json).to.include({ complete: false, total: 0 })
      expect(await sweepStep(store.database, service.metrics)).to.equal('idle')
    })

    it('finds them, what became of them, and not those that went', async () => {
      await sweep()
      expect((await search('foreign')).json).to.include({ complete: true, total: 1000 })
      await store.root.raw("UPDATE product SET title = 'FOREIGN strange' WHERE id = 500007")
      await store.root.raw('DELETE FROM inventory WHERE product_id = 500008')
      await store.root.raw('DELETE FROM product WHERE id = 500008')
      expect((await search('number500008')).json.items).to.deep.equal([])
      await sweep()
      expect(await found('strange')).to.deep.equal([500_007])
      expect((await search('foreign')).json.total).to.equal(999)
    })

    it('is made by one process at a time', async () => {
      await insert(600_000, 300)
      await due()
      const steps = await Promise.all(
        Array.from({ length: 6 }, () => sweepStep(store.database, service.metrics)),
      )
      expect(steps.filter((step) => step !== 'idle')).to.have.length(1)
    })

    it('never writes an older text over a newer one', async () => {
      const id = await newBook('Moving target')
      for (let n = 0; n < 30; n += 1) {
        await store.root('product_text').where('product_id', id).update({ title: 'old' })
        await due()
        await Promise.all([
          sweepStep(store.database, service.metrics),
          service.ask('staff', 'PATCH', `/api/books/${id}`, { title: `Target ${n}` }),
        ])
        const row = await store.root('product_text').where('product_id', id).first('title')
        expect(row.title).to.equal(`Target ${n}`)
      }
    })
  })
})
