import { readFileSync } from 'node:fs'
import { type Database, openDatabase } from '@bookshop/kit/database'
import { expect } from 'chai'
import { suiteStack } from '../../../../scripts/src/stack/testing.ts'
import { type Running, runApp } from '../running.ts'

describe('the catalog service over HTTP', function () {
  this.timeout(90_000)
  const running = suiteStack({ name: 'catalog-http', only: ['catalog'] })
  let database: Database
  let service: Running

  before(async () => {
    const { urls } = await running.get()
    database = openDatabase(new URL(urls['services-db.catalog'] ?? ''), 4)
    service = await runApp(database)
  })
  after(async () => {
    await service?.stop()
    await database?.destroy()
  })

  const writes: readonly (readonly [string, string])[] = [
    ['POST', '/api/books'],
    ['PATCH', '/api/books/1'],
    ['DELETE', '/api/books/1'],
    ['PUT', '/api/books/1/price'],
    ['POST', '/api/books/1/stock'],
    ['POST', '/api/categories'],
    ['PATCH', '/api/categories/1'],
    ['DELETE', '/api/categories/1'],
    ['POST', '/api/catalog/reservations'],
    ['GET', '/api/catalog/reservations/x'],
    ['POST', '/api/catalog/reservations/x/confirm'],
    ['POST', '/api/catalog/reservations/x/cancel'],
  ]
  for (const [method, path] of writes) {
    it(`refuses a direct ${method} ${path} without an identity`, async () => {
      const answer = await service.ask(null, method, path, method === 'GET' ? undefined : {})
      expect(answer.status).to.equal(401)
      expect(answer.json).to.have.nested.property('error.code', 'login_required')
    })
    it(`refuses ${method} ${path} to a customer`, async () => {
      const answer = await service.ask('customer', method, path, method === 'GET' ? undefined : {})
      expect(answer.status).to.equal(403)
    })
  }

  const withContent = writes.filter(
    ([method, path]) => /POST|PUT|PATCH/.test(method) && !/confirm|cancel/.test(path),
  )
  for (const [method, path] of withContent) {
    it(`refuses more than 100 kB at ${method} ${path}`, async () => {
      const who = path.includes('reservations') ? 'system' : 'staff'
      const { status, headers, json } = await service.ask(who, method, path, {
        title: 'x'.repeat(102_400),
      })
      expect([status, headers.get('content-type')]).to.deep.equal([
        413,
        'application/json; charset=utf-8',
      ])
      expect(json).to.have.nested.property('error.code', 'invalid_request')
    })
  }

  it('lets checkout reserve and not sell prices', async () => {
    const path = '/api/catalog/reservations/x'
    expect((await service.ask('system', 'GET', path)).status).to.equal(404)
    const price = { price: '1.00' }
    expect((await service.ask('system', 'PUT', '/api/books/1/price', price)).status).to.equal(403)
  })

  it('publishes the document it is checked against', async () => {
    const { json } = await service.ask(null, 'GET', '/openapi.json')
    const operations = Object.values(json.paths as Record<string, Record<string, unknown>>)
      .flatMap((path) => Object.values(path))
      .filter((one) => typeof one === 'object' && one !== null && 'operationId' in one)
    expect(operations).to.have.length(22)
  })

  it('owns every route that its manifest names', async () => {
    const file = new URL('../../manifest.yaml', import.meta.url)
    const { json } = await service.ask(null, 'GET', '/openapi.json')
    const described = Object.entries(json.paths as Record<string, object>).flatMap(
      ([path, methods]) =>
        Object.keys(methods)
          .filter((name) => name !== 'parameters')
          .map((name) => `${name.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`),
    )
    const named = [
      ...readFileSync(file, 'utf8').matchAll(/path: ([^,]+), methods: \[([^\]]+)\]/g),
    ].flatMap(([, path, methods]) => (methods ?? '').split(', ').map((one) => `${one} ${path}`))
    expect(named).to.have.members(described)
  })

  it('reads without an identity, and does not mind a broken one', async () => {
    const response = await fetch(`${service.url}/api/books`, {
      headers: { 'x-matapalo-identity': 'nonsense' },
    })
    expect(response.status).to.equal(200)
  })

  it('measures requests by route pattern', async () => {
    await service.ask(null, 'GET', '/api/books/123456')
    const text = await (await fetch(`${service.url}/metrics`)).text()
    expect(text).to.match(
      /http_request_seconds_count\{method="GET",route="\/api\/books\/\{id\}",status="404"\}/,
    )
    expect(text).not.to.contain('123456')
  })

  it('runs as a process that is ready, and comes back after a kill', async () => {
    const stack = await running.get()
    const ask = () => fetch(`${stack.urls.catalog}/api/books`)
    const restarts = () => stack.status().find(({ name }) => name === 'catalog')?.restarts
    const before = restarts()
    expect((await ask()).status).to.equal(200)
    stack.kill('catalog')
    while (restarts() === before) await new Promise((resolve) => setTimeout(resolve, 10))
    await stack.ready('catalog')
    const answer = await ask()
    expect(answer.status).to.equal(200)
    expect(Number(/timeout=(\d+)/.exec(answer.headers.get('keep-alive') ?? '')?.[1])).to.be.above(
      15,
    )
  })

  it('answers 503 while the database is away, and serves on when it is back', async () => {
    const stack = await running.get()
    await stack.halt('services-db')
    const away = await service.ask(null, 'GET', '/api/books/1')
    expect([away.status, away.headers.get('retry-after')]).to.deep.equal([503, '1'])
    expect((await fetch(`${service.url}/readyz`)).status).to.equal(503)
    await stack.restart('services-db')
    expect((await service.ask(null, 'GET', '/api/books/1')).status).to.equal(404)
    expect((await fetch(`${service.url}/readyz`)).status).to.equal(200)
  })

  it('answers what is under way before it stops', async () => {
    const one = await runApp(database)
    // Takes a while: the first request waits for the document to be compiled.
    const answer = one.ask(null, 'GET', '/api/books')
    await new Promise((resolve) => setTimeout(resolve, 20))
    await one.stop()
    expect((await answer).status).to.equal(200)
  })
})
