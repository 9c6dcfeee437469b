import { timeLeft } from '@bookshop/kit/deadline'
import { ApiError } from '@bookshop/kit/errors'
import { expect } from 'chai'
import { sharedStack } from '../../../../scripts/src/stack/testing.ts'
import { recoverOnce } from '../../src/checkout/recovery.ts'
import { patiently } from '../../src/providers/patience.ts'
import type { Shop } from '../../src/shop.ts'
import { type CatalogBeside, catalogBeside } from '../catalogBeside.ts'
import { customer, orderBody, type Running, runApp } from '../running.ts'
import { openStore, type Store } from '../store.ts'

/** Enough for a busy machine to come to the neighbour that is slow. */
const budgetMs = 2500
/** What each neighbour has patience for, and what a slow one takes. */
const longMs = 60_000

const slow = <T>(answer: T): Promise<T> =>
  new Promise((resolve) => {
    setTimeout(() => resolve(answer), longMs).unref()
  })

describe('the deadline of a checkout', function () {
  this.timeout(60_000)
  let store: Store
  let beside: CatalogBeside
  let usual: Running
  const others: Running[] = []
  let lastUser = 70_000

  before(async () => {
    const stack = await sharedStack('services-db')
    store = await openStore(stack)
    beside = await catalogBeside(stack)
    usual = await runApp({ database: store.database, catalog: beside.catalog })
  })
  after(async () => {
    await Promise.all([usual, ...others].map((service) => service?.stop()))
    await beside?.stop()
    await store?.close()
  })

  /** Calls that began, and that each had time. */
  const calls: string[] = []
  const begins = (call: string): void => {
    calls.push(timeLeft() > 0 ? call : `${call}, too late`)
  }
  beforeEach(() => {
    calls.length = 0
  })
  /** As the service's own clients ask. */
  const asked = <T>(call: string, code: string, work: () => Promise<T>): Promise<T> =>
    patiently(
      longMs,
      () => new ApiError(503, code, 'does not answer'),
      () => {
        begins(call)
        return work()
      },
    )
  const slowUsers: Shop['users'] = {
    mayBuy: () => asked('mayBuy', 'users_unavailable', () => slow(true)),
  }
  /** Does what it is asked, and says so much too late, at these calls. */
  const catalogSlowAt = (...slowly: readonly string[]): Shop['catalog'] => {
    const ask = <T>(call: string, work: () => Promise<T>): Promise<T> =>
      asked(call, 'catalog_unavailable', async () => {
        const answer = await work()
        return slowly.includes(call) ? slow(answer) : answer
      })
    const { catalog } = beside
    return {
      book: (id) => catalog.book(id),
      reserve: (reference, items) => ask('reserve', () => catalog.reserve(reference, items)),
      confirm: (reference) => ask('confirm', () => catalog.confirm(reference)),
      cancel: (reference) => ask('cancel', () => catalog.cancel(reference)),
    }
  }

  const serviceWith = async (shop: Partial<Shop>, requestBudget = budgetMs): Promise<Running> => {
    const patience = { ...usual.shop.patience, requestBudget, paymentTimeout: longMs }
    const { database } = store
    const service = await runApp({
      database,
      catalog: beside.catalog,
      shop: { patience, ...shop },
    })
    others.push(service)
    return service
  }
  const buyer = async () => {
    lastUser += 1
    const who = customer(lastUser)
    const book = await beside.newBook(5)
    await usual.ask(who, 'POST', '/api/cart/items', { book_id: book, quantity: 2 })
    const reference = `deadline-${lastUser}`
    const buyAt = (service: Running) =>
      service.ask(who, 'POST', '/api/orders', orderBody(reference))
    return { who, book, reference, buyAt }
  }
  /** A checkout at a service with such neighbours. It ends soon after its budget. */
  const checkout = async (shop: Partial<Shop>) => {
    const service = await serviceWith(shop)
    const one = await buyer()
    const began = performance.now()
    const answer = await one.buyAt(service)
    expect(performance.now() - began).to.be.lessThan(budgetMs + 5000)
    return { ...one, answer }
  }
  const stepOf = async (reference: string): Promise<string> =>
    (await store.database('checkout_saga').where({ reference }).first('step')).step
  const recovered = async (reference: string): Promise<void> => {
    while ((await stepOf(reference)) !== 'done') {
      await recoverOnce(usual.shop)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  it('ends the wait for the accounts; nothing was reserved', async () => {
    const { answer, book, reference } = await checkout({
      users: slowUsers,
      catalog: catalogSlowAt('reserve'),
    })
    expect([answer.status, answer.json.error.code]).to.deep.equal([503, 'users_unavailable'])
    expect(calls).to.deep.equal(['mayBuy'])
    await recovered(reference)
    expect(await beside.stockOf(book)).to.equal(5)
  })

  it('ends the wait for the stock, which the recovery gives back', async () => {
    const { answer, book, reference } = await checkout({ catalog: catalogSlowAt('reserve') })
    expect([answer.status, answer.json.error.code]).to.deep.equal([503, 'catalog_unavailable'])
    expect([calls, await stepOf(reference)]).to.deep.equal([['reserve'], 'releasing'])
    expect(await beside.stockOf(book)).to.equal(3)
    await recovered(reference)
    expect(await beside.stockOf(book)).to.equal(5)
    expect(await beside.stateOf(reference)).to.equal('cancelled')
    expect(await store.database('order').where({ reference })).to.deep.equal([])
    expect(await store.database('checkout').where({ reference })).to.deep.equal([])
  })

  it('ends the wait for the provider; the order waits for its payment, charged once', async () => {
    const { payments } = usual.shop
    const { answer, reference } = await checkout({
      payments: {
        ...payments,
        charge: async (order, timeoutMs) => {
          begins(timeoutMs < longMs ? 'charge' : 'charge, without a limit')
          return slow(await payments.charge(order, timeoutMs))
        },
      },
      catalog: catalogSlowAt('confirm'),
    })
    expect([answer.status, answer.json.status]).to.deep.equal([201, 'placed'])
    expect(answer.json.payment.status).to.equal('open')
    expect([calls, await stepOf(reference)]).to.deep.equal([['reserve', 'charge'], 'pending'])
    await recovered(reference)
    const [charge] = await store.database('simulated_payment').where({ payment: reference })
    expect(charge).to.deep.include({ asked: 1, outcome: 'succeeded' })
    const [order] = await store.database('order').where({ reference })
    expect([order.status, order.stock]).to.deep.equal(['paid', 'confirmed'])
  })

  it('ends the wait for the confirmation of what is paid; the recovery asks again', async () => {
    const { answer, reference, book } = await checkout({ catalog: catalogSlowAt('confirm') })
    expect([answer.status, answer.json.status, answer.json.stock]).to.deep.equal([
      201,
      'paid',
      'reserved',
    ])
    expect(calls).to.deep.equal(['reserve', 'confirm'])
    await recovered(reference)
    expect([await beside.stockOf(book), await beside.soldOf(book)]).to.deep.equal([3, 2])
  })

  it('ends the wait for a twin, and says that it is still running', async () => {
    const first = await serviceWith({ users: slowUsers }, longMs)
    const second = await serviceWith({})
    const { who, reference, buyAt } = await buyer()
    const running = buyAt(first).catch(() => null)
    while ((await store.database('checkout_saga').where({ reference })).length === 0) {
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    const { status, json } = await buyAt(second)
    expect([status, json.error.code]).to.deep.equal([503, 'checkout_running'])
    expect((await usual.ask(who, 'GET', '/api/orders')).json.items).to.deep.equal([])
    void running
  })
})
