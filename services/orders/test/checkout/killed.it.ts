import { expect } from 'chai'
import { sharedStack } from '../../../../scripts/src/stack/testing.ts'
import { type CatalogBeside, catalogBeside } from '../catalogBeside.ts'
import { orderBody } from '../running.ts'
import { newProvider, newSigner, type Provider, type Signer } from '../signer.ts'
import { openStore, type Store } from '../store.ts'
import { type DoomedService, doomedService } from './doomed.ts'
import { type Neighbours, startNeighbours } from './neighbours.ts'
import { scenarios } from './scenarios.ts'

describe('a checkout whose process is killed', function () {
  this.timeout(120_000)
  let store: Store
  let beside: CatalogBeside
  let provider: Provider
  let edge: Signer
  let neighbours: Neighbours
  let service: DoomedService
  let lastUser = 40_000

  before(async () => {
    const stack = await sharedStack('services-db')
    store = await openStore(stack)
    beside = await catalogBeside(stack)
    provider = await newProvider()
    edge = await newSigner()
    neighbours = await startNeighbours(beside, provider)
    const url = neighbours.url
    service = await doomedService({
      DATABASE_URL: store.url.href,
      IDENTITY_JWKS: JSON.stringify(edge.keys),
      CATALOG_URL: url,
      USERS_URL: url,
      ISSUER: url,
      ORDERS_CLIENT_SECRET: 'secret',
    })
  })
  after(async () => {
    await service?.kill()
    await neighbours?.stop()
    await beside?.stop()
    await store?.close()
  })

  const ask = async (user: number, method: string, path: string, body?: unknown) => {
    const response = await fetch(`${service.url}${path}`, {
      method,
      headers: {
        'content-type': 'application/json',
        'x-matapalo-identity': await edge.sign({ roles: [], sub: String(user) }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const json: ReturnType<typeof JSON.parse> = await response.json()
    return { status: response.status, json }
  }
  const isOver = async (reference: string): Promise<boolean> =>
    (await store.database('checkout_saga').where({ reference }).first('step'))?.step === 'done'

  const sold = async () => {
    lastUser += 1
    const user = lastUser
    const reference = `killed-${user}`
    const book = await beside.newBook(5)
    await ask(user, 'POST', '/api/cart/items', { book_id: book, quantity: 2 })
    const { json } = await ask(user, 'POST', '/api/orders', orderBody(reference))
    return { user, reference, id: Number(json.id) }
  }

  for (const scenario of scenarios) {
    describe(scenario.name, () => {
      for (const point of scenario.points) {
        it(`is finished after its end at "${point}"`, async () => {
          lastUser += 1
          const user = lastUser
          const reference = `killed-${user}`
          const book = await beside.newBook(scenario.stock)
          const body = orderBody(reference, scenario.card)
          await service.diesAt(point)
          await ask(user, 'POST', '/api/cart/items', { book_id: book, quantity: 2 })
          await ask(user, 'POST', '/api/orders', body).catch(() => null)
          // Points of the callback's own work come after the answer.
          expect(await service.ended()).to.equal('SIGKILL')

          await service.start()
          while (!(await isOver(reference))) await new Promise((r) => setTimeout(r, 20))
          const again = await ask(user, 'POST', '/api/orders', body)
          const orders = (await ask(user, 'GET', '/api/orders')).json.items

          const [order] = orders
          if (scenario.end === null) {
            expect(orders).to.deep.equal([])
            expect(again.json.error.code).to.equal('out_of_stock')
          } else {
            expect(orders).to.have.length(1)
            expect([order.status, order.payment.status, order.stock]).to.deep.equal(scenario.end)
            const events = (await store.events(order.id)).map(({ type }) => type)
            // Whether it was seen waiting depends on who was first, the callback or the recovery.
            const told = events.filter((type) => type !== 'order.updated')
            expect(told).to.deep.equal(scenario.events)
            const charges = await store.database('simulated_payment').where({ payment: reference })
            expect(charges).to.have.length(1)
          }
          expect(await beside.stockOf(book)).to.equal(scenario.left)
          expect(await beside.soldOf(book)).to.equal(scenario.end?.[2] === 'confirmed' ? 2 : 0)
          expect(await store.database('checkout').where({ reference })).to.deep.equal([])
        })
      }
    })
  }

  it('has its refund finished, once, after the end between the provider and the books', async () => {
    await service.diesAt('refunded')
    const { user, reference, id } = await sold()
    const clerk = await edge.sign({ roles: ['staff'], sub: '1' })
    const headers = { 'x-matapalo-identity': clerk }
    const refund = `${service.url}/api/orders/${id}/refund`
    await fetch(refund, { method: 'POST', headers }).catch(() => null)
    expect(await service.ended()).to.equal('SIGKILL')

    await service.start()
    const status = async () => (await ask(user, 'GET', `/api/orders/${id}`)).json.payment.status
    while ((await status()) !== 'refunded') await new Promise((r) => setTimeout(r, 20))
    const key = { payment: reference, kind: 'refund' }
    expect(await store.database('simulated_payment').where(key)).to.have.length(1)
  })

  it('stops gracefully when it is asked to', async () => {
    await service.start()
    expect(await service.stop()).to.equal(0)
  })
})
