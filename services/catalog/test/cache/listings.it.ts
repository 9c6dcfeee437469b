import type { Log } from '@bookshop/kit/log'
import { silentLog } from '@bookshop/kit/log'
import { expect } from 'chai'
import { suiteStack } from '../../../../scripts/src/stack/testing.ts'
import { redisCache } from '../../src/cache/redis.ts'
import { type Running, runApp } from '../running.ts'
import { openStore, type Store, until } from '../store.ts'

const list = '/api/books?sort=title&per_page=100'
const tree = '/api/categories?all=1'

describe('remembered lists', function () {
  this.timeout(60_000)
  const running = suiteStack({ name: 'catalog-cache', only: ['services-db', 'redis'] })
  let store: Store
  /** Two processes on one database and one Redis. */
  let here: Running
  let there: Running
  const lines: string[] = []
  const note = (_fields: object, message: string): void => {
    lines.push(message)
  }
  const log: Log = { ...silentLog, info: note, warn: note, error: note }

  before(async () => {
    const stack = await running.get()
    store = await openStore(stack)
    const url = new URL(stack.urls.redis ?? '')
    const cached = (log: Log) =>
      runApp(store.database, silentLog, (metrics) => redisCache({ url, metrics, log }))
    here = await cached(silentLog)
    there = await cached(log)
    await until(() => lines.includes('cache.connected'))
  })
  after(async () => {
    await Promise.all([here?.stop(), there?.stop()])
    await store?.close()
  })

  const get = async (service: Running, path: string) => (await service.ask(null, 'GET', path)).json
  const titles = async (service: Running, path = list): Promise<string[]> =>
    ((await get(service, path)).items as { title: string }[]).map(({ title }) => title)
  const staff = (service: Running, method: string, path: string, body?: unknown) =>
    service.ask('staff', method, path, body)
  const reads = async (service: Running, outcome: string): Promise<number> => {
    const { values } = await service.metrics.cacheReads.get()
    return values
      .filter(({ labels }) => labels.outcome === outcome)
      .reduce((sum, { value }) => sum + value, 0)
  }
  const newBook = async (title: string, more: object = {}): Promise<number> => {
    const body = { title, author: 'A', price: '10.00', stock: 9, ...more }
    return Number((await staff(here, 'POST', '/api/books', body)).json.id)
  }

  it('are read once by two processes, and the same from either', async () => {
    await newBook('Aardvark')
    const first = await get(here, list)
    await until(async () => {
      await get(here, list)
      return (await reads(here, 'hit')) > 0
    })
    const before = await reads(there, 'hit')
    expect(await get(there, list)).to.deep.equal(first)
    expect(await reads(there, 'hit')).to.equal(before + 1)
  })

  it('show the stock and the price of this moment, without being read again', async () => {
    const id = await newBook('Badger')
    await get(there, list)
    await until(async () => {
      const before = await reads(there, 'hit')
      await get(there, list)
      return (await reads(there, 'hit')) > before
    })
    await staff(here, 'POST', `/api/books/${id}/stock`, { delta: -4 })
    const before = await reads(there, 'hit')
    const { items } = await get(there, list)
    const book = (items as { id: number; stock: number }[]).find((one) => one.id === id)
    expect(book?.stock).to.equal(5)
    expect(await reads(there, 'hit')).to.equal(before + 1)
  })

  it('show each own write at once, here and at the other process', async () => {
    const ids: number[] = []
    for (let round = 0; round < 15; round += 1) {
      const title = `Own ${String(round).padStart(3, '0')}`
      ids.push(await newBook(title))
      expect(await titles(there)).to.include(title)
      const renamed = `Renamed ${round}`
      await staff(here, 'PATCH', `/api/books/${ids[round]}`, { title: renamed })
      for (const service of [there, here]) {
        expect(await titles(service))
          .to.include(renamed)
          .and.not.include(title)
      }
      const cheap = { price: `0.${String(round + 10)}` }
      await staff(here, 'PUT', `/api/books/${ids[round]}/price`, cheap)
      const cheapest = (await get(there, '/api/books?sort=price&per_page=100')).items
      expect((cheapest as { id: number }[]).map(({ id }) => id)).to.include(ids[round])
    }
    for (const id of ids) {
      await staff(here, 'DELETE', `/api/books/${id}`)
      expect(((await get(there, list)).items as { id: number }[]).map((one) => one.id)).not.include(
        id,
      )
    }
  })

  it('show categories and what moves between them at once', async () => {
    const made = await staff(here, 'POST', '/api/categories', { name: 'Rare birds' })
    const category = Number(made.json.id)
    const names = async () => JSON.stringify(await get(there, tree))
    expect(await names()).to.contain('Rare birds')
    const id = await newBook('Cuckoo')
    const shelf = '/api/categories/rare-birds/books'
    expect(await titles(there, shelf)).to.deep.equal([])
    await staff(here, 'PATCH', `/api/books/${id}`, { category_id: category })
    expect(await titles(there, shelf)).to.deep.equal(['Cuckoo'])
    await staff(here, 'PATCH', `/api/categories/${category}`, { slug: 'birds' })
    expect((await there.ask(null, 'GET', shelf)).status).to.equal(404)
    await staff(here, 'PATCH', `/api/books/${id}`, { category_id: null })
    expect((await staff(here, 'DELETE', `/api/categories/${category}`)).status).to.equal(204)
    expect(await names()).not.to.contain('Rare birds')
  })

  it('show at once what somebody else writes, as a change feed does', async () => {
    await get(there, list)
    const row = (n: number) => `(${900_000 + n}, 'Foreign ${n}', 'F', 100, NOW(), NOW())`
    const columns = 'id, title, author, price_cents, created_at, updated_at'
    await store.root.transaction(async (transaction) => {
      const values = Array.from({ length: 50 }, (_, n) => row(n)).join(', ')
      await transaction.raw(`INSERT INTO product (${columns}) VALUES ${values}`)
      await transaction.raw(
        'INSERT INTO inventory (product_id) SELECT id FROM product WHERE id >= 900000',
      )
      // Not yet committed: read, and remembered, without them.
      expect(await titles(there)).not.to.include('Foreign 7')
    })
    expect(await titles(there)).to.include('Foreign 7')
    await store.root.raw("UPDATE product SET title = 'Stranger' WHERE id = 900007")
    expect(await titles(there)).to.include('Stranger')
    await store.root.raw('DELETE FROM inventory WHERE product_id >= 900000')
    await store.root.raw('DELETE FROM product WHERE id >= 900000')
    expect(await titles(there)).not.to.include('Stranger')
  })

  it('would be stale without the triggers that raise the generation', async () => {
    const [found] = await store.root.raw('SHOW CREATE TRIGGER listing_product_update')
    await newBook('Dormouse')
    await until(async () => {
      const before = await reads(there, 'hit')
      await get(there, '/api/books?q=Dormouse')
      return (await reads(there, 'hit')) > before
    })
    await store.root.raw('DROP TRIGGER listing_product_update')
    try {
      await store.root.raw("UPDATE product SET title = 'Elk' WHERE title = 'Dormouse'")
      expect((await get(there, '/api/books?q=Dormouse')).total).to.equal(1)
    } finally {
      await store.root.raw(found[0]['SQL Original Statement'])
    }
    await store.root.raw("UPDATE product SET title = 'Elks' WHERE title = 'Elk'")
    expect((await get(there, '/api/books?q=Dormouse')).total).to.equal(0)
  })

  it('are read from the database while Redis is away or hangs, and this is said once', async () => {
    const stack = await running.get()
    const up = async () => (await there.metrics.cacheUp.get()).values[0]?.value
    lines.length = 0
    await stack.halt('redis')
    for (let n = 0; n < 5; n += 1) await newBook(`Away ${n}`)
    expect(await titles(there)).to.include.members(['Away 0', 'Away 4'])
    expect(await up()).to.equal(0)
    await stack.restart('redis')
    await until(async () => {
      await get(there, list)
      return (await up()) === 1
    })
    expect(lines).to.deep.equal(['cache.lost', 'cache.connected'])

    lines.length = 0
    stack.kill('redis', 'SIGSTOP')
    const started = performance.now()
    for (let n = 0; n < 20; n += 1)
      expect((await there.ask(null, 'GET', list)).status).to.equal(200)
    expect(performance.now() - started).to.be.below(3000)
    stack.kill('redis', 'SIGCONT')
    await until(async () => {
      await get(there, list)
      return (await up()) === 1
    })
    expect(lines).to.deep.equal(['cache.lost', 'cache.connected'])
    await newBook('Back')
    expect(await titles(there)).to.include('Back')
  })
})
