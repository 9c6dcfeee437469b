import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { parse } from 'yaml'
import { sharedStack } from '../../../../scripts/src/stack/testing.ts'
import { type CatalogBeside, catalogBeside } from '../catalogBeside.ts'
import { customer, orderBody, type Running, runApp, staff } from '../running.ts'
import { openStore, type Store } from '../store.ts'

const document = parse(
  readFileSync(new URL('../../../asyncapi.yaml', import.meta.url), 'utf8'),
) as {
  readonly channels: { readonly order: { readonly messages: Readonly<Record<string, object>> } }
  readonly components: { readonly schemas: { readonly Order: { readonly required: string[] } } }
}

describe('events of orders', function () {
  this.timeout(30_000)
  let store: Store
  let beside: CatalogBeside
  let service: Running

  before(async () => {
    const stack = await sharedStack('services-db')
    store = await openStore(stack)
    beside = await catalogBeside(stack)
    service = await runApp({ database: store.database, catalog: beside.catalog })
  })
  after(async () => {
    await service?.stop()
    await beside?.stop()
    await store?.close()
  })

  it('are those that the document describes, with the members that it names', async () => {
    const who = customer(80_001)
    const buy = async (reference: string, card?: string) => {
      const book = await beside.newBook(9)
      await service.ask(who, 'POST', '/api/cart/items', { book_id: book })
      const { json } = await service.ask(who, 'POST', '/api/orders', orderBody(reference, card))
      return Number(json.id ?? json.error.order_id)
    }
    const sold = await buy('events-1')
    for (const status of ['packed', 'shipped', 'delivered']) {
      await service.ask(staff(1), 'PUT', `/api/orders/${sold}/status`, { status })
    }
    const declined = await buy('events-2', '0002')
    const seen = [...(await store.events(sold)), ...(await store.events(declined))]
    expect(new Set(seen.map(({ type }) => type))).to.deep.equal(
      new Set(Object.keys(document.channels.order.messages)),
    )
    for (const { payload, key } of seen) {
      expect(Object.keys(payload)).to.have.members(document.components.schemas.Order.required)
      expect(key).to.equal(String(payload.order_id))
    }
  })

  it('carry the trace of the request that caused them', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
    await store.root.raw(
      'CREATE TABLE IF NOT EXISTS seen_trace (type VARCHAR(60), traceparent VARCHAR(80), request_id VARCHAR(80))',
    )
    await store.root.raw('DROP TRIGGER IF EXISTS seen_trace')
    await store.root.raw(
      'CREATE TRIGGER seen_trace BEFORE DELETE ON outbox FOR EACH ROW INSERT INTO seen_trace VALUES (OLD.type, OLD.traceparent, OLD.request_id)',
    )
    try {
      const who = customer(80_002)
      const book = await beside.newBook(9)
      await service.ask(who, 'POST', '/api/cart/items', { book_id: book })
      const headers = { traceparent, 'x-request-id': 'r-80002' }
      await service.ask(who, 'POST', '/api/orders', orderBody('events-3'), headers)
      const rows = await store.root('seen_trace').where('request_id', 'r-80002')
      expect(rows.map((row) => [row.type, row.traceparent])).to.deep.equal([
        ['order.created', traceparent],
        ['order.paid', traceparent],
      ])
    } finally {
      await store.root.raw('DROP TRIGGER seen_trace')
      await store.root.raw('DROP TABLE seen_trace')
    }
  })
})
