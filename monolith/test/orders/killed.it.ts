import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import type { Database } from '../../src/database.ts'
import { setStockWay } from '../../src/settings.ts'
import type { OpenShop } from '../../src/shop.ts'
import {
  customer,
  databaseUrl,
  newBook,
  openTestShop,
  orderBody,
  seededDatabase,
  shelfOf,
} from '../support/shopUnderTest.ts'

const entry = fileURLToPath(new URL('../../src/main.ts', import.meta.url))

/** Passes calls to the catalogue on, and hides the answer of the first that matches. */
function eavesdropper(target: () => number, path: RegExp, onAnswer: () => void): Promise<Server> {
  let done = false
  const server = createServer(async (req, res) => {
    const chunks: Buffer[] = []
    for await (const chunk of req) chunks.push(chunk as Buffer)
    const answer = await fetch(`http://127.0.0.1:${target()}${req.url}`, {
      method: 'POST',
      headers: { cookie: req.headers.cookie ?? '', 'content-type': 'application/json' },
      body: Buffer.concat(chunks),
    })
    const text = await answer.text()
    if (!done && path.test(req.url ?? '')) {
      done = true
      return onAnswer()
    }
    res.writeHead(answer.status, { 'content-type': 'application/json' }).end(text)
  })
  server.listen(0, '127.0.0.1')
  return once(server, 'listening').then(() => server)
}

async function until(check: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 15_000
  while (!(await check())) {
    if (Date.now() > end) throw new Error('it did not come to pass within 15 seconds')
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

describe('a shop killed in the middle of a checkout by reservations', function () {
  this.timeout(60_000)
  let db: Database
  let catalogue: OpenShop
  let victim: ChildProcess | undefined
  before(async () => {
    db = await seededDatabase()
    // This one only answers for the catalogue; its recovery must not help.
    catalogue = await openTestShop({ SHOP_RECOVERY_INTERVAL_MS: '3600000' }, 'reservations')
  })
  afterEach(() => {
    victim?.kill('SIGKILL')
  })
  after(async () => {
    if (db) await setStockWay(db, 'transaction')
    await catalogue?.close()
    await db?.close()
  })

  async function startVictim(door: number): Promise<number> {
    const url = await databaseUrl()
    const env = {
      ...process.env,
      DATABASE_URL: url,
      PORT: '0',
      SHOP_JOB_INTERVAL_MS: '0',
      SHOP_DOOR_URL: `http://127.0.0.1:${door}`,
      SHOP_CHECKOUT_LIMIT_MS: '100',
      SHOP_RECOVERY_INTERVAL_MS: '200',
    }
    const child = spawn(process.execPath, [entry], { env, stdio: ['ignore', 'pipe', 'inherit'] })
    victim = child
    const opened = Promise.withResolvers<number>()
    child.stdout.on('data', (chunk: Buffer) => {
      const port = /"shop.open","port":(\d+)/.exec(chunk.toString())?.[1]
      if (port !== undefined) opened.resolve(Number(port))
    })
    child.once('exit', () => opened.reject(new Error('the shop did not open')))
    return opened.promise
  }

  async function killAt(path: RegExp, reference: string) {
    const book = await newBook(catalogue.port, 5)
    const killed = Promise.withResolvers<void>()
    const spy = await eavesdropper(
      () => catalogue.port,
      path,
      () => {
        victim?.kill('SIGKILL')
        killed.resolve()
      },
    )
    const door = (spy.address() as AddressInfo).port
    const buyer = await customer(await startVictim(door), 5)
    await buyer.call('DELETE', '/api/cart')
    await buyer.call('POST', '/api/cart/items', { book_id: book, quantity: 2 })
    await buyer.call('POST', '/api/orders', orderBody(reference)).catch(() => null)
    await killed.promise
    return { book, spy, restart: () => startVictim(door) }
  }

  it('after reserving: the reservation is cancelled at the next start and no copy is lost', async () => {
    const { book, spy, restart } = await killAt(/reservations$/, 'killed-early')
    expect(await shelfOf(db, book)).to.deep.equal({ stock: 3, sold: 0, moved: 3 })
    await new Promise((resolve) => setTimeout(resolve, 1100))
    await restart()
    await until(async () => (await shelfOf(db, book)).stock === 5)
    expect(await shelfOf(db, book)).to.deep.equal({ stock: 5, sold: 0, moved: 5 })
    const orders = await db.query("SELECT 1 FROM orders WHERE reference = 'killed-early'")
    expect(orders).to.have.length(0)
    spy.closeAllConnections()
    spy.close()
  })

  it('after writing the order: the reservation is confirmed at the next start, once', async () => {
    const { book, spy, restart } = await killAt(/confirm$/, 'killed-late')
    await restart()
    const state = async () =>
      (
        await db.query<{ stock_state: number }>(
          "SELECT stock_state FROM orders WHERE reference = 'killed-late'",
        )
      )[0]?.stock_state
    await until(async () => (await state()) === 2)
    expect(await shelfOf(db, book)).to.deep.equal({ stock: 3, sold: 2, moved: 3 })
    spy.closeAllConnections()
    spy.close()
  })
})
