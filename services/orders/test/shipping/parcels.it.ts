import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import { sharedStack } from '../../../../scripts/src/stack/testing.ts'
import { recoverOnce } from '../../src/checkout/recovery.ts'
import { type CatalogBeside, catalogBeside } from '../catalogBeside.ts'
import { address, customer, orderBody, type Running, runApp, staff } from '../running.ts'
import { openStore, type Store } from '../store.ts'

const path = '/api/shipping/callbacks/simulated'

describe('parcels', function () {
  this.timeout(30_000)
  let store: Store
  let beside: CatalogBeside
  let service: Running
  let lastUser = 30_000
  let clock = 0

  before(async () => {
    const stack = await sharedStack('services-db')
    store = await openStore(stack)
    beside = await catalogBeside(stack)
    service = await runApp({
      database: store.database,
      catalog: beside.catalog,
      shop: { now: () => new Date(Date.now() + clock) },
    })
  })
  after(async () => {
    await service?.stop()
    await beside?.stop()
    await store?.close()
  })

  const packed = async (postcode = '110111') => {
    lastUser += 1
    const who = customer(lastUser)
    const reference = `parcel-${lastUser}`
    const book = await beside.newBook(5)
    await service.ask(who, 'POST', '/api/cart/items', { book_id: book })
    const body = orderBody(reference, '4242', { shipping: { ...address, postcode } })
    const { json } = await service.ask(who, 'POST', '/api/orders', body)
    await service.ask(staff(1), 'PUT', `/api/orders/${json.id}/status`, { status: 'packed' })
    return { who, reference, id: json.id as number }
  }
  const ask = (id: number) => service.ask(staff(1), 'POST', `/api/orders/${id}/shipment`)
  const look = async (id: number) =>
    (await service.ask(staff(1), 'GET', `/api/orders/${id}/tracking`)).json
  const untilDelivered = async (id: number): Promise<void> => {
    while ((await look(id)).status !== 'delivered') await service.deliver()
  }

  it('are booked, shipped and delivered as the carrier says', async () => {
    const { who, id } = await packed()
    const booked = await ask(id)
    expect([booked.status, booked.json.state]).to.deep.equal([202, 'booked'])
    await untilDelivered(id)
    const tracking = await look(id)
    expect(tracking.tracking_number).to.equal(booked.json.tracking_number)
    expect(tracking.shipped).to.be.a('string')
    const events = tracking.events.map(({ status }: { status: string }) => status)
    expect(events).to.deep.equal(['paid', 'packed', 'shipped', 'delivered'])
    const shipment = await service.ask(who, 'GET', `/api/orders/${id}/shipment`)
    expect(shipment.json.state).to.equal('delivered')
    const types = (await store.events(id)).map(({ type }) => type)
    expect(types).to.include.members(['order.shipped', 'order.updated'])
  })

  it('are booked once when five clerks ask', async () => {
    const { id, reference } = await packed()
    const answers = await Promise.all(Array.from({ length: 5 }, () => ask(id)))
    expect(new Set(answers.map(({ status }) => status))).to.deep.equal(new Set([202]))
    const key = { order_reference: reference }
    expect(await store.database('simulated_parcel').where(key)).to.have.length(1)
  })

  it('are asked for again when the carrier was silent', async () => {
    const { id } = await packed('00408')
    expect((await ask(id)).json.state).to.equal('asked')
    clock = 5000
    await recoverOnce(service.shop)
    clock = 0
    const { json } = await service.ask(staff(1), 'GET', `/api/orders/${id}/shipment`)
    expect([json.state, typeof json.tracking_number]).to.deep.equal(['booked', 'string'])
  })

  it('are refused where the carrier does not go', async () => {
    const { id } = await packed('00000')
    expect((await ask(id)).json.state).to.equal('refused')
    expect((await look(id)).status).to.equal('packed')
  })

  it('count once when the carrier calls back twice', async () => {
    const { id } = await packed('00422')
    await ask(id)
    await untilDelivered(id)
    await service.deliver()
    const shipped = (await store.events(id)).filter(({ type }) => type === 'order.shipped')
    expect(shipped).to.have.length(1)
  })

  it('arrive although the news of their departure comes later', async () => {
    const { id, reference } = await packed()
    const tell = (outcome: string) => {
      const body = { event: randomUUID(), order: reference, outcome, tracking_number: 'T-1' }
      return service.callback(path, body)
    }
    expect((await tell('delivered')).json.effect).to.equal('delivered')
    expect((await tell('shipped')).json.effect).to.equal('nothing')
    expect((await look(id)).status).to.equal('delivered')
  })

  it('are not asked for before the order is packed', async () => {
    const who = customer(39_999)
    const book = await beside.newBook(5)
    await service.ask(who, 'POST', '/api/cart/items', { book_id: book })
    const { json } = await service.ask(who, 'POST', '/api/orders', orderBody('unpacked'))
    const { status, json: problem } = await ask(json.id)
    expect([status, problem.code]).to.deep.equal([409, 'not_packed'])
  })
})
