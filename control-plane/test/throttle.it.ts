import { until } from '@matapalo/runtime'
import { expect } from 'chai'
import { Rig } from './support/rig.ts'

const rows = 40_000
const chunk = 1_024

interface Backfill {
  readonly state: string
  readonly rows?: number
  readonly lagMs?: number
  readonly throttled?: boolean
  readonly snapshot?: { readonly phase: string }
}

describe('a backfill under a feed that is late', function () {
  this.timeout(240_000)
  let rig: Rig

  before(async () => {
    rig = await Rig.open('throttle')
    await rig.seed()
    await rig.monolith.execute(
      `INSERT INTO books (id, title, author, price, status, stock, is_featured, created, updated)
       SELECT seq, CONCAT('Book ', seq), 'A', 10.50, 'A', 10, 0, NOW(), NOW()
       FROM seq_1001_to_${1000 + rows}`,
    )
    await rig.register()
    await rig.must('POST', '/v1/domains/catalog/prepare', {})
  })
  after(() => rig?.close())

  const backfill = async (): Promise<Backfill> => (await rig.status()).backfill
  const copied = async (): Promise<number> => {
    const [row] = await rig.service.query('SELECT COUNT(*) AS n FROM product')
    return Number(row?.n)
  }
  const late = (ms: number) =>
    rig.stack.restart('cdc', { MATAPALO_TEST_FAULTS: '1', CDC_APPLY_DELAY_MS: String(ms) })

  it('pauses itself, begins no further chunk, and goes on to the end once the feed is fresh', async () => {
    await late(1_000)
    await rig.must('POST', '/v1/domains/catalog/backfill', { action: 'start' })
    const paused = await until(
      async () => {
        const now = await backfill()
        return now.throttled === true && now.snapshot?.phase === 'paused' && now
      },
      { timeoutMs: 60_000, everyMs: 100 },
    )
    expect(paused, 'paused by itself').to.not.equal(undefined)
    // Nobody asked for it: the run is not `paused`, which would want a person's `resume`.
    expect(paused).to.include({ state: 'running' })
    expect(paused?.lagMs).to.be.above(600)

    // What was under way arrives; nothing follows it for as long as the feed is late.
    let seen = -1
    const stands = await until(
      async () => {
        const before = seen
        seen = await copied()
        return seen === before
      },
      { timeoutMs: 60_000, everyMs: 5_000 },
    )
    expect(stands, 'stands still').to.equal(true)
    expect(seen).to.be.below(rows - chunk)
    expect((await backfill()).throttled).to.equal(true)

    await late(0)
    const complete = async (): Promise<boolean> => (await backfill()).state === 'complete'
    expect(await until(complete, { timeoutMs: 90_000, everyMs: 200 })).to.equal(true)
    await rig.verify()
  })
})
