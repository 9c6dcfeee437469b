import type { DomainName } from '../../arena/arena.ts'
import { ControlRefused } from '../../arena/control.ts'
import type { Show, Stage } from '../stage.ts'

async function run(show: Show, domain: DomainName): Promise<void> {
  const { arena, say } = show
  const from = Date.now()
  let last = 0
  const ms = await arena.backfill(({ percent, rowsPerSecond, etaSeconds }) => {
    if (Date.now() - last < 10_000) return
    last = Date.now()
    if (percent === undefined || percent === null) return
    const rate = Math.round(rowsPerSecond ?? 0).toLocaleString('en')
    const eta = Math.round(etaSeconds ?? 0)
    say(`${domain}: ${Math.floor(percent)} %, ${rate} rows/s, ${eta} s to go`)
  }, domain)
  show.backfills.push({ from, to: Date.now() })
  const { rows = 0 } = await arena.control.backfill(domain)
  show.backfillRates.set(domain, (rows * 1000) / ms)
  say(`${domain}: ${rows.toLocaleString('en')} rows in ${(ms / 1000).toFixed(1)} s`)
}

/** Nobody waits for a backfill, and everybody for a transfer: an engineer lets the one rest for the other. */
export async function whileBackfillsRest<T>(show: Show, work: () => Promise<T>): Promise<T> {
  const { control } = show.arena
  const resting: DomainName[] = []
  /** False: it has become complete just now, and has nothing to pause or to resume. */
  const order = async (domain: DomainName, action: 'pause' | 'resume'): Promise<boolean> => {
    try {
      await control.call('POST', `/v1/domains/${domain}/backfill`, { action, actor: 'demo' })
      return true
    } catch (error) {
      if (!(error instanceof ControlRefused) || error.status >= 500) throw error
      return false
    }
  }
  for (const domain of show.background.keys()) {
    if ((await control.backfill(domain)).state !== 'running') continue
    if (await order(domain, 'pause')) resting.push(domain)
  }
  try {
    return await work()
  } finally {
    for (const domain of resting) await order(domain, 'resume')
  }
}

export const backfill = (domain: DomainName): Stage => ({
  name: 'backfill',
  title: `matapalo backfill ${domain} --wait`,
  run: (show) => run(show, domain),
})

/** One after another, while what has moved already serves. */
export const beginBackfills = (...domains: readonly DomainName[]): Stage => ({
  name: 'begin-backfills',
  title: `matapalo backfill ${domains.join(', then ')}: they go on while others move`,
  async run(show) {
    let before = Promise.resolve()
    for (const domain of domains) {
      before = before.then(() => run(show, domain))
      // Whoever waits for it hears of a failure.
      before.catch(() => undefined)
      show.background.set(domain, before)
    }
  },
})

export const awaitBackfill = (...domains: readonly DomainName[]): Stage => ({
  name: 'backfill',
  title: `matapalo backfill ${domains.join(' ')} --wait`,
  async run(show) {
    for (const domain of domains) await show.background.get(domain)
  },
})
