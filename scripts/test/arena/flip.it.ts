import { expect } from 'chai'
import { Arena } from '../../src/arena/arena.ts'
import { strike } from '../../src/arena/strike.ts'
import { testInstance } from '../../src/stack/testing.ts'
import { Edges } from '../../src/traffic/edges.ts'
import { WriteLedger } from '../../src/traffic/ledger.ts'
import { createRandom } from '../../src/traffic/random.ts'
import { Shopper } from '../../src/traffic/shopper.ts'
import { Tally } from '../../src/traffic/tally.ts'
import { Traffic } from '../../src/traffic/trafficProcess.ts'

const buyers = 20
const bookId = 500
/** More than any of this sells, and than the scheduled job would restock. */
const plenty = 100_000

/** @returns whether the order was acknowledged */
async function buy(shopper: Shopper, reference: string): Promise<boolean> {
  const put = { book_id: bookId, quantity: 1 }
  await shopper.ask({ method: 'POST', path: '/api/cart/items', json: put }, { expect: [201] })
  const order = {
    reference: `${reference}-${shopper.name}`,
    shipping: { name: 'A', street: 'B', city: 'C', country: 'CO' },
    payment: { method: 'card', card_last4: '4242' },
  }
  const answer = await shopper.ask(
    { method: 'POST', path: '/api/orders', json: order },
    { expect: [201] },
  )
  return answer !== undefined
}

describe('the catalogue moves there and back', function () {
  this.timeout(300_000)
  let arena: Arena

  before(async () => {
    arena = await Arena.open({
      instance: testInstance('flip'),
      books: 1_000,
      users: 700,
      orders: 200,
    })
    await arena.setOut()
  })

  after(async () => {
    await arena?.close()
  })

  /** Of the one book, at its owner. */
  const stock = async (): Promise<number> => {
    const [row] =
      (await arena.owner()) === 'service'
        ? await arena.catalog.query('SELECT quantity AS n FROM inventory WHERE product_id = ?', [
            bookId,
          ])
        : await arena.shop.query('SELECT stock AS n FROM books WHERE id = ?', [bookId])
    return Number(row?.n)
  }

  it('with 20 checkouts in flight, each way: every order exists once, its stock taken once', async () => {
    await arena.shop.execute('UPDATE books SET stock = ? WHERE id = ?', [plenty, bookId])
    const edges = new Edges(arena.edges.map((edge) => arena.stack.urls[edge] ?? ''))
    const tally = new Tally()
    const ports = { edges, ledger: new WriteLedger(), tally, random: createRandom(1) }
    const shoppers = Array.from(
      { length: buyers },
      (_, n) => new Shopper(`buyer${n + 1}`, n, ports),
    )
    try {
      for (const [n, shopper] of shoppers.entries()) {
        await shopper.login(`customer${n + 1}@bookshop.test`, `secret-${n + 1}`)
      }
      for (const kind of ['cutover', 'rollback'] as const) {
        const before = await stock()
        const from = Date.now()
        let over = false
        // One checkout after the other, so that each buyer has one in flight whenever the hold begins.
        const sales = shoppers.map(async (shopper) => {
          let sold = 0
          for (let n = 1; !over; n += 1) sold += (await buy(shopper, `${kind}-${n}`)) ? 1 : 0
          return sold
        })
        const view = await arena.transfer(kind, 'test: checkouts in flight').finally(() => {
          over = true
        })
        const sold = (await Promise.all(sales)).reduce((sum, one) => sum + one, 0)
        expect(view.outcome, JSON.stringify(view.error)).to.equal('completed')
        expect(tally.summary().failures).to.deep.equal([])
        await arena.holds.collect()
        expect(arena.holds.within({ from, to: Date.now() }).length, 'held').to.be.above(0)
        expect(sold).to.be.at.least(buyers)

        const [orderRows] = await arena.shop.query(
          'SELECT COUNT(*) AS n, COUNT(DISTINCT reference) AS d FROM orders WHERE reference LIKE ?',
          [`${kind}-%`],
        )
        expect([Number(orderRows?.n), Number(orderRows?.d)]).to.deep.equal([sold, sold])
        const [moved] =
          (await arena.owner()) === 'service'
            ? await arena.catalog.query(
                "SELECT COALESCE(SUM(delta), 0) AS n FROM stock_movement WHERE product_id = ? AND reason IN ('sale', 'release') AND reference LIKE ?",
                [bookId, `${kind}-%`],
              )
            : await arena.shop.query(
                'SELECT COALESCE(SUM(delta), 0) AS n FROM stock_movements WHERE book_id = ? AND reason IN (1, 2) AND reference LIKE ?',
                [bookId, `${kind}-%`],
              )
        expect(Number(moved?.n)).to.equal(-sold)
        expect(await stock()).to.equal(before - sold)
        expect(await arena.verify()).to.equal(true)
      }
    } finally {
      await edges.close()
    }
  })

  it('with processes killed on the way: nothing lost, doubled or stale, and no person needed', async () => {
    const traffic = new Traffic(arena.loadOptions({ customers: 30, clerks: 10, rate: 60 }))
    try {
      await traffic.prepare()
      await arena.rememberStock()
      await traffic.start()
      const strikes = [
        ['control-plane', 'fenceSource'],
        ['control-plane', 'announce'],
        ['cdc', 'catchUp'],
        ['edge-1', 'holdEdges'],
      ] as const
      for (const [process, step] of strikes) {
        const result = await strike(arena, process, step)
        expect(['completed', 'unwound'], JSON.stringify(result)).to.include(result.outcome)
        expect(result.backMs).to.be.below(30_000)
      }
      const { summary, writes, ownPrices } = await traffic.stop()
      const verdict = await arena.verdict({ writes, ownPrices: new Map(ownPrices) })
      expect(verdict, verdict.examples.join('\n')).to.include({ lostWrites: 0, doubledWrites: 0 })
      expect(summary.stale).to.deep.equal([])
    } finally {
      traffic.kill()
    }
  })
})
