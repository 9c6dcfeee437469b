import { expect } from 'chai'
import { sharedStack } from '../../../../scripts/src/stack/testing.ts'
import { type Running, runApp } from '../running.ts'
import { openStore, type Store } from '../store.ts'

describe('Idempotency-Key', function () {
  this.timeout(30_000)
  let store: Store
  let service: Running
  let made = 0

  before(async () => {
    store = await openStore(await sharedStack('services-db'))
    service = await runApp(store.database)
  })
  after(async () => {
    await service?.stop()
    await store?.close()
  })

  const key = (): string => {
    made += 1
    return `key-${made}`
  }
  const ask = (name: string, method: string, path: string, body?: unknown) =>
    service.ask('staff', method, path, body, { 'idempotency-key': name })
  const book = { title: 'Once', author: 'A', price: '1.00', stock: 5 }

  it('makes one category of ten requests at once', async () => {
    const name = key()
    const body = { name: `Once ${Date.now()}` }
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => ask(name, 'POST', '/api/categories', body)),
    )
    expect(new Set(answers.map(({ status }) => status))).to.deep.equal(new Set([201]))
    expect(new Set(answers.map(({ json }) => json.id)).size).to.equal(1)
  })

  it('gives the first answer again, also where the state went on', async () => {
    const name = key()
    const { json } = await ask(name, 'POST', '/api/books', book)
    expect((await ask(name, 'POST', '/api/books', book)).json).to.deep.equal(json)
    const path = `/api/books/${json.id}/stock`
    const second = key()
    expect((await ask(second, 'POST', path, { delta: 2 })).json.stock).to.equal(7)
    await service.ask('staff', 'POST', path, { delta: 1 })
    expect((await ask(second, 'POST', path, { delta: 2 })).json.stock).to.equal(7)
    expect((await service.ask(null, 'GET', path)).json.stock).to.equal(8)
    const third = key()
    expect((await ask(third, 'DELETE', `/api/books/${json.id}`)).status).to.equal(204)
    expect((await ask(third, 'DELETE', `/api/books/${json.id}`)).status).to.equal(204)
  })

  it('is refused for another request', async () => {
    const name = key()
    await ask(name, 'POST', '/api/books', book)
    const other = await ask(name, 'POST', '/api/books', { ...book, price: '2.00' })
    expect(other.status).to.equal(422)
    expect(other.json).to.have.nested.property('error.code', 'idempotency_key_reused')
  })

  it('keeps nothing of a request that was refused', async () => {
    const name = key()
    expect(
      (await ask(name, 'POST', '/api/books', { ...book, isbn: 'x'.repeat(21) })).status,
    ).to.equal(400)
    expect((await ask(name, 'POST', '/api/books', book)).status).to.equal(201)
  })

  it('has a form', async () => {
    const answer = await ask('two words', 'POST', '/api/books', book)
    expect(answer.json).to.have.nested.property('error.code', 'invalid_idempotency_key')
  })
})
