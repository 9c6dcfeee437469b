import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { sharedStack } from '../../../../scripts/src/stack/testing.ts'
import { type CatalogBeside, catalogBeside } from '../catalogBeside.ts'
import { orderBody } from '../running.ts'
import { newProvider, newSigner, type Provider, type Signer } from '../signer.ts'
import { openStore, type Store } from '../store.ts'
import { type Neighbours, startNeighbours } from './neighbours.ts'

const program = fileURLToPath(new URL('./ordersProcess.ts', import.meta.url))

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const port = (server.address() as { port: number }).port
  server.close()
  await once(server, 'close')
  return port
}

interface Scenario {
  readonly name: string
  readonly card: string
  readonly stock: number
  readonly points: readonly string[]
  /** Order's status, payment and stock; null: no order. */
  readonly end: readonly [string, string, string] | null
  readonly left: number
  readonly events: readonly string[]
}

const scenarios: readonly Scenario[] = [
  {
    name: 'that succeeds',
    card: '4242',
    stock: 5,
    points: [
      'begun',
      'identified',
      'reservation made',
      'reserved',
      'ordered',
      'charged',
      'payment learnt',
      'confirmed',
      'settled',
    ],
    end: ['paid', 'paid', 'confirmed'],
    left: 3,
    events: ['order.created', 'order.paid'],
  },
  {
    name: 'whose card is declined',
    card: '0002',
    stock: 5,
    points: ['payment learnt', 'released'],
    end: ['cancelled', 'refused', 'lost'],
    left: 5,
    events: ['order.created', 'order.cancelled'],
  },
  {
    name: 'whose payment comes late',
    card: '0408',
    stock: 5,
    points: ['charged', 'pending', 'payment learnt'],
    end: ['paid', 'paid', 'confirmed'],
    left: 3,
    events: ['order.created', 'order.paid'],
  },
  {
    name: 'of more copies than there are',
    card: '4242',
    stock: 1,
    points: ['given up', 'released'],
    end: null,
    left: 1,
    events: [],
  },
]

describe('a checkout whose process is killed', function () {
  this.timeout(120_000)
  let store: Store
  let beside: CatalogBeside
  let provider: Provider
  let edge: Signer
  let neighbours: Neighbours
  let port = 0
  let child: ChildProcess | undefined
  let lastUser = 40_000

  before(async () => {
    const stack = await sharedStack('services-db')
    store = await openStore(stack)
    beside = await catalogBeside(stack)
    provider = await newProvider()
    edge = await newSigner()
    neighbours = await startNeighbours(beside, provider)
    port = await freePort()
  })
  afterEach(async () => {
    if (child) await end(child, 'SIGKILL')
  })
  after(async () => {
    await neighbours?.stop()
    await beside?.stop()
    await store?.close()
  })

  const url = (path: string): string => `http://127.0.0.1:${port}${path}`
  const start = async (killAt: string): Promise<ChildProcess> => {
    const started = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: {
        PATH: process.env.PATH,
        KILL_AT: killAt,
        PORT: String(port),
        DATABASE_URL: store.url.href,
        IDENTITY_JWKS: JSON.stringify(edge.keys),
        CATALOG_URL: neighbours.url,
        USERS_URL: neighbours.url,
        ISSUER: neighbours.url,
        ORDERS_CLIENT_SECRET: 'secret',
        ORDERS_RECOVERY_INTERVAL_MS: '50',
        ORDERS_PAYMENT_TIMEOUT_MS: '100',
        ORDERS_CALLBACK_DELAY_MS: '500',
        LOG_LEVEL: process.env.SHOW_LOG ? 'debug' : 'silent',
      },
    })
    child = started
    while (started.exitCode === null && started.signalCode === null) {
      const ready = await fetch(url('/readyz')).catch(() => null)
      if (ready?.ok) break
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    return started
  }
  const end = async (one: ChildProcess, signal: NodeJS.Signals): Promise<void> => {
    if (one.exitCode !== null || one.signalCode !== null) return
    const gone = once(one, 'exit')
    one.kill(signal)
    await gone
  }
  const ask = async (user: number, method: string, path: string, body?: unknown) => {
    const response = await fetch(url(path), {
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

  for (const scenario of scenarios) {
    describe(scenario.name, () => {
      for (const point of scenario.points) {
        it(`is finished after its end at "${point}"`, async () => {
          lastUser += 1
          const user = lastUser
          const reference = `killed-${user}`
          const book = await beside.newBook(scenario.stock)
          const first = await start(point)
          await ask(user, 'POST', '/api/cart/items', { book_id: book, quantity: 2 })
          const body = orderBody(reference, scenario.card)
          await ask(user, 'POST', '/api/orders', body).catch(() => null)
          // Points of the callback's own work come after the answer.
          if (first.signalCode === null && first.exitCode === null) await once(first, 'exit')
          expect(first.signalCode).to.equal('SIGKILL')

          const second = await start('')
          while (!(await isOver(reference))) await new Promise((r) => setTimeout(r, 20))
          const again = await ask(user, 'POST', '/api/orders', body)
          const orders = (await ask(user, 'GET', '/api/orders')).json.items
          await end(second, 'SIGTERM')
          expect(second.exitCode).to.equal(0)

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
})
