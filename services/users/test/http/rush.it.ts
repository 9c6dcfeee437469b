import { monitorEventLoopDelay } from 'node:perf_hooks'
import { expect } from 'chai'
import { type Rig, startRig } from '../support/rig.ts'

describe('a rush of logins', function () {
  this.timeout(60_000)
  let rig: Rig
  before(async () => {
    rig = await startRig()
    for (let at = 0; at < 32; at += 1) await rig.register(`customer${at}@example.test`)
  })
  after(() => rig?.stop())

  const together = (emailOf: (at: number) => string) =>
    Promise.all(Array.from({ length: 32 }, (_, at) => rig.login(emailOf(at), 'secret-password')))

  it('lets 32 accounts in at once', async () => {
    await together((at) => `customer${at}@example.test`)
    const delay = monitorEventLoopDelay({ resolution: 5 })
    delay.enable()
    const cookies = await together((at) => `customer${at}@example.test`)
    delay.disable()
    expect(new Set(cookies).size).to.equal(32)
    console.log(`      event-loop delay p99 ${(delay.percentile(99) / 1e6).toFixed(1)} ms`)
  })

  it('lets one account in 32 times at once', async () => {
    expect(new Set(await together(() => 'customer1@example.test')).size).to.equal(32)
    expect((await rig.database('login_attempt').max({ most: 'failures' }).first())?.most).to.equal(
      0,
    )
  })
})
