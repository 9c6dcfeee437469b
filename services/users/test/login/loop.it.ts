import { monitorEventLoopDelay } from 'node:perf_hooks'
import { expect } from 'chai'
import { openPasswords } from '../../src/login/passwords.ts'

describe('32 logins at once', function () {
  this.timeout(60_000)

  it('leave the event loop free: turns go on between their hashes', async () => {
    const passwords = openPasswords(true)
    const argon2 = await passwords.argon2('secret')
    const stored = { legacy_salt: '', legacy_hash: 'x', argon2, made_beside: 'x' }
    const delay = monitorEventLoopDelay({ resolution: 5 })
    let turns = 0
    const ticking = setInterval(() => {
      turns += 1
    }, 1)
    delay.enable()
    const all = await Promise.all(
      Array.from({ length: 32 }, () => passwords.check(stored, 'secret')),
    )
    delay.disable()
    clearInterval(ticking)
    expect(all.every(({ right }) => right)).to.equal(true)
    // A loop that hashes itself would turn once or twice per login; the figure is in the README.
    expect(turns).to.be.above(64)
    console.log(
      `      event-loop delay p99 ${(delay.percentile(99) / 1e6).toFixed(1)} ms, ${turns} turns`,
    )
  })
})
