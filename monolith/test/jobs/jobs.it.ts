import { expect } from 'chai'
import type { Database } from '../../src/database.ts'
import { restock, restockCopies } from '../../src/jobs/restock.ts'
import { recordRun } from '../../src/jobs/runs.ts'
import { seededDatabase } from '../support/shopUnderTest.ts'

interface Run {
  readonly outcome: string
  readonly rows: number
  readonly error: string | null
  readonly reference: string
}
const lastRun = async (db: Database): Promise<Run | undefined> =>
  (
    await db.query<Run>(
      'SELECT outcome, `rows`, error, reference FROM job_runs ORDER BY id DESC LIMIT 1',
    )
  )[0]

describe('the scheduled job', function () {
  this.timeout(60_000)
  let db: Database
  before(async () => {
    db = await seededDatabase()
    await db.run("UPDATE books SET stock = 0, status = 'A' WHERE id BETWEEN 30 AND 60")
  })
  after(() => db?.close())

  it('restocks what is low, a few at a time, under the name of its run', async () => {
    expect(await recordRun(db, 'restock', (run) => restock(db, run))).to.equal('ok')
    const run = await lastRun(db)
    expect(run).to.include({ outcome: 'ok', error: null })
    expect(run?.rows).to.be.greaterThan(0)
    const moved = await db.query<{ book_id: number; delta: number }>(
      'SELECT book_id, delta FROM stock_movements WHERE reference LIKE ?',
      [`job:${run?.reference}:%`],
    )
    expect(moved).to.have.length(run?.rows ?? 0)
    expect(moved.every((each) => each.delta === restockCopies)).to.equal(true)
  })

  it('writes a refusal of the database down and tries again next time', async () => {
    await db.run(
      `CREATE TRIGGER refuse BEFORE UPDATE ON books FOR EACH ROW
       SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'not now'`,
    )
    try {
      expect(await recordRun(db, 'restock', (run) => restock(db, run))).to.equal('refused')
      const run = await lastRun(db)
      expect(run?.error).to.include('not now')
      expect(run?.rows).to.equal(0)
    } finally {
      await db.run('DROP TRIGGER refuse')
    }
    expect(await recordRun(db, 'restock', (run) => restock(db, run))).to.equal('ok')
  })
})
