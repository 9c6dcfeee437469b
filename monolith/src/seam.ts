/**
 * Shows or changes the way checkout takes stock: node monolith/src/seam.ts [transaction|reservations]
 *
 * The running shop reads the setting at each checkout. Checkouts that have begun end the way they
 * began. Exit codes: 0 done, 64 usage.
 *
 * @module
 */
import { openDatabase } from './database.ts'
import { setStockWay, stockWay } from './settings.ts'

const wanted = process.argv[2]
const url = process.env.DATABASE_URL
const isWay = wanted === 'transaction' || wanted === 'reservations'
if (!url || (wanted !== undefined && !isWay)) {
  process.stderr.write(
    'usage: DATABASE_URL=… node monolith/src/seam.ts [transaction|reservations]\n',
  )
  process.exitCode = 64
} else {
  const db = openDatabase(url, process.env.SHOP_TIME_ZONE ?? 'America/Bogota', 1)
  try {
    if (isWay) await setStockWay(db, wanted)
    process.stdout.write(`checkout.stock = ${await stockWay(db)}\n`)
  } finally {
    await db.close()
  }
}
