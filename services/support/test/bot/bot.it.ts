import { expect } from 'chai'
import { sharedStack } from '../../../../scripts/src/stack/testing.ts'
import { type FakeNeighbours, fakeNeighbours, madeOrder } from '../neighbours.ts'
import { agent, customer, type Running, runApp } from '../running.ts'
import { openStore, type Store } from '../store.ts'

const ana = customer(411)
const ben = customer(412)

describe('the bot over HTTP', function () {
  this.timeout(60_000)
  let store: Store
  let shop: FakeNeighbours
  let service: Running

  before(async () => {
    store = await openStore(await sharedStack('services-db'))
    shop = fakeNeighbours()
    shop.ordersOf.set(ana.id, [
      madeOrder(ana.id, 702, { status: 'shipped', tracking: 'TRK7' }),
      madeOrder(ana.id, 701, { status: 'delivered' }),
    ])
    service = await runApp({
      database: store.database,
      ...shop,
      // A Saturday, 11:30 in Bogotá.
      now: () => new Date('2026-11-21T16:30:00Z'),
    })
  })
  after(async () => {
    await service?.stop()
    await store?.close()
  })
  beforeEach(async () => {
    shop.away.clear()
    await store.events()
  })
  const ask = (question: string, more: object = {}, who = ana) =>
    service.ask(who, 'POST', '/api/support/questions', { question, ...more })

  it('answers where the latest order is, from the orders service', async () => {
    const { status, json } = await ask('Where is my order?')
    expect(status).to.equal(201)
    expect(json).to.include({ topic: 'order_status', handed_over: false, ticket_id: null })
    expect(json.answer).to.equal(
      'Your order order-702 is on its way to you. Its tracking number is TRK7.',
    )
    expect(await store.events()).to.have.length(0)
  })

  it('answers about the order that is named', async () => {
    expect((await ask('Status of order 701?')).json.answer).to.contain('has been delivered')
  })

  it('says so when orders is away', async () => {
    shop.away.add('orders')
    const { json } = await ask('Where is my order?')
    expect(json.missing).to.deep.equal(['orders'])
    expect(json.answer).to.contain('cannot look at your orders')
  })

  it('knows whether the shop is open, and how long books may come back', async () => {
    expect((await ask('Are you open?')).json.answer).to.contain('open until 18:00')
    expect((await ask('¿Puedo hacer una devolución?')).json.answer).to.contain('within 30 days')
  })

  it('hands over what it does not understand, as a ticket', async () => {
    const { json } = await ask("The cover of my atlas' second volume smells of <b>fish</b>")
    expect(json).to.include({ topic: null, answer: null, handed_over: true })
    const ticket = await service.ask(ana, 'GET', `/api/tickets/${json.ticket_id}`)
    expect(ticket.json).to.have.nested.property('messages[0].body', json.question)
    expect((await store.events()).map(({ type }) => type)).to.deep.equal(['ticket.opened'])
  })

  it('hands over to a person who is asked for, and after an answer that did not help', async () => {
    expect((await ask('I want to talk to a human about my order')).json.handed_over).to.equal(true)
    const { json } = await ask('When are you open?')
    const path = `/api/support/questions/${json.id}/handover`
    const first = await service.ask(ana, 'POST', path)
    const again = await service.ask(ana, 'POST', path)
    expect([first.status, again.status]).to.deep.equal([201, 200])
    expect(first.json.ticket_id).to.be.a('number').that.equals(again.json.ticket_id)
    const view = await service.ask(
      agent(480),
      'GET',
      `/api/support/cases/query/${first.json.ticket_id}`,
    )
    expect(view.json).to.have.nested.property('bot.topic', 'opening_hours')
  })

  it('hands over nobody else’s question', async () => {
    const { json } = await ask('When are you open?')
    const answer = await service.ask(ben, 'POST', `/api/support/questions/${json.id}/handover`)
    expect(answer.status).to.equal(404)
  })

  it('answers a repeat with what it answered first', async () => {
    const one = await ask('Are you open?', { reference: 'bot-1' })
    const two = await ask('Something else', { reference: 'bot-1' })
    expect([two.status, two.json]).to.deep.equal([200, one.json])
    expect((await ask('Are you open?', { reference: 'bot-1' }, ben)).status).to.equal(201)
  })

  it('suggests what it can answer', async () => {
    const { json } = await service.ask(null, 'GET', '/api/support/topics')
    expect((json.items as { topic: string }[]).map(({ topic }) => topic)).to.include.members([
      'order_status',
      'return_policy',
      'opening_hours',
    ])
  })
})
