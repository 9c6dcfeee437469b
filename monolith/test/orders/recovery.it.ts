import { expect } from 'chai'
import type { Shop } from '../../src/context.ts'
import type { Database } from '../../src/database.ts'
import type { CatalogClient } from '../../src/orders/catalogClient.ts'
import { recoverOnce } from '../../src/orders/recovery.ts'
import type { OpenShop } from '../../src/shop.ts'
import {
  customer,
  newBook,
  openTestShop,
  orderBody,
  seededDatabase,
} from '../support/shopUnderTest.ts'

/** Orders that stand in this database while somebody else owns them, as copies of theirs. */
describe('recovery beside another owner of the orders', function () {
  this.timeout(60_000)
  let db: Database
  let open: OpenShop
  let asked: string[]
  let shop: Shop
  const tables = ['orders', 'checkouts']

  before(async () => {
    db = await seededDatabase()
    open = await openTestShop({ SHOP_RECOVERY_INTERVAL_MS: '3600000' })
    const spy = (verb: string) => async (reference: string) => {
      asked.push(`${verb} ${reference}`)
      return 'confirmed' as const
    }
    const catalog: CatalogClient = {
      reserve: spy('reserve'),
      confirm: spy('confirm'),
      cancel: spy('cancel'),
    }
    shop = { ...open.shop, catalog }
    const book = await newBook(open.port, 5)
    const buyer = await customer(open.port, 12)
    await buyer.call('DELETE', '/api/cart')
    await buyer.call('POST', '/api/cart/items', { book_id: book })
    await buyer.call('POST', '/api/orders', orderBody('theirs-placed'))
  })
  beforeEach(async () => {
    asked = []
    await db.run(`UPDATE orders SET stock_state = 1, created = NOW() - INTERVAL 1 HOUR
      WHERE reference = 'theirs-placed'`)
    await db.run(`REPLACE INTO checkouts (reference, user_id, state, created) VALUES
      ('theirs-open', 1, 0, NOW() - INTERVAL 1 HOUR), ('theirs-given-up', 1, 1, NOW())`)
  })
  after(async () => {
    for (const table of tables) await db.run(`DROP TRIGGER IF EXISTS moved_${table}`)
    await db.run("DELETE FROM checkouts WHERE reference LIKE 'theirs-%'")
    await open?.close()
    await db?.close()
  })

  it('finishes what is its own', async () => {
    expect(await recoverOnce(shop)).to.equal(3)
    expect(asked.sort()).to.deep.equal([
      'cancel theirs-given-up',
      'cancel theirs-open',
      'confirm theirs-placed',
    ])
  })

  it('asks the catalogue nothing about what it may not write', async () => {
    for (const table of tables) {
      await db.run(`CREATE TRIGGER moved_${table} BEFORE UPDATE ON ${table}
        FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'moved'`)
    }
    expect(await recoverOnce(shop)).to.equal(0)
    expect(asked).to.deep.equal([])
  })
})
