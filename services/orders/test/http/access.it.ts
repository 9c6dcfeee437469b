/**
 * Who reaches what: every operation of the document, asked by everybody, about everybody's objects.
 *
 * @module
 */
import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { parse } from 'yaml'
import { sharedStack } from '../../../../scripts/src/stack/testing.ts'
import { type CatalogBeside, catalogBeside } from '../catalogBeside.ts'
import { customer, orderBody, type Person, type Running, runApp, staff } from '../running.ts'
import { openStore, type Store } from '../store.ts'

interface Operation {
  readonly operationId: string
  readonly security?: readonly Readonly<Record<string, unknown>>[]
  readonly 'x-problem'?: boolean
}

const document = parse(readFileSync(new URL('../../openapi.yaml', import.meta.url), 'utf8')) as {
  paths: Record<string, Record<string, Operation>>
}

const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    path,
    method: method.toUpperCase(),
    needs: Object.keys(operation.security?.[0] ?? {})[0] ?? null,
    speaksProblems: operation['x-problem'] === true,
  })),
)

describe('access', function () {
  this.timeout(30_000)
  let store: Store
  let beside: CatalogBeside
  let service: Running
  const ana = customer(60_001)
  const ben = customer(60_002)
  const clerk = staff(60_003)
  let anas = 0

  before(async () => {
    const stack = await sharedStack('services-db')
    store = await openStore(stack)
    beside = await catalogBeside(stack)
    service = await runApp({ database: store.database, catalog: beside.catalog })
    const book = await beside.newBook(5)
    await service.ask(ana, 'POST', '/api/cart/items', { book_id: book })
    anas = (await service.ask(ana, 'POST', '/api/orders', orderBody('anas'))).json.id
    await service.ask(clerk, 'PUT', `/api/orders/${anas}/status`, { status: 'packed' })
    await service.ask(clerk, 'POST', `/api/orders/${anas}/shipment`)
  })
  after(async () => {
    await service?.stop()
    await beside?.stop()
    await store?.close()
  })

  const codeOf = (json: { code?: string; error?: { code: string } }, problems: boolean) =>
    problems ? json.code : json.error?.code
  const ask = (who: Person | null, method: string, path: string) =>
    service.ask(who, method, path, method === 'GET' || method === 'DELETE' ? undefined : {})

  for (const { method, path, needs, speaksProblems } of operations) {
    const here = (): string => path.replace(/\{\w+\}/, String(anas))
    if (needs !== null) {
      it(`${method} ${path} asks a stranger to log in`, async () => {
        const { status, json } = await ask(null, method, here())
        expect([status, codeOf(json, speaksProblems)]).to.deep.equal([401, 'login_required'])
      })
    }
    if (needs === 'staff' || needs === 'reader') {
      it(`${method} ${path} is forbidden to its own customer`, async () => {
        const { status, json } = await ask(ana, method, here())
        expect([status, codeOf(json, speaksProblems)]).to.deep.equal([403, 'forbidden'])
      })
    }
    if (needs === 'customer' && path.startsWith('/api/orders/{id}')) {
      it(`${method} ${path} shows another customer nothing`, async () => {
        const { status, json } = await ask(ben, method, here())
        expect([status, codeOf(json, speaksProblems)]).to.deep.equal([404, 'not_found'])
      })
      it(`${method} ${path} shows its customer and staff the order`, async () => {
        for (const who of [ana, clerk]) {
          expect((await ask(who, method, here())).status).to.equal(200)
        }
      })
    }
  }

  it('keeps lists to their owner', async () => {
    for (const path of ['/api/orders', '/api/purchases']) {
      expect((await ask(ana, 'GET', path)).json.items).to.have.length(1)
      expect((await ask(ben, 'GET', path)).json.items).to.deep.equal([])
    }
  })

  it('takes bearer tokens of people like the edge’s word', async () => {
    const path = `/api/orders/${anas}`
    for (const [user, status] of [
      [ana.id, 200],
      [ben.id, 404],
    ] as const) {
      const authorization = `Bearer ${await service.provider.person(user, ['customer'])}`
      const answer = await service.ask(null, 'GET', path, undefined, { authorization })
      expect(answer.status).to.equal(status)
    }
  })

  for (const [what, scope, roles, status] of [
    ['scope and role', 'orders:read users:read', ['system'], 200],
    ['another scope', 'users:read', ['system'], 403],
    ['no role', 'orders:read', [], 403],
  ] as const) {
    it(`answers ${status} to a program with ${what} about a customer's orders`, async () => {
      const authorization = `Bearer ${await service.provider.program(scope, [...roles])}`
      const path = `/internal/users/${ana.id}/orders`
      const answer = await service.ask(null, 'GET', path, undefined, { authorization })
      expect(answer.status).to.equal(status)
      if (status === 200) expect(answer.json.items[0].id).to.equal(anas)
    })
  }

  it('gives a program without an account no cart', async () => {
    const authorization = `Bearer ${await service.provider.program('orders:read')}`
    const answer = await service.ask(null, 'GET', '/api/cart', undefined, { authorization })
    expect(answer.status).to.equal(403)
  })
})
