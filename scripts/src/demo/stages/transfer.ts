import type { TransferKind } from '@matapalo/core'
import { sleep } from '@matapalo/runtime'
import type { DomainName } from '../../arena/arena.ts'
import { ControlRefused } from '../../arena/control.ts'
import { type Pending, pendingPayments } from '../pending.ts'
import { sayProgress } from '../progress.ts'
import type { Show, Stage } from '../stage.ts'
import { whileBackfillsRest } from './backfill.ts'

/** Customers who buy just before orders move. */
const buyers = 30
/** Tokens are renewed around a transfer: milliseconds, from before its gates are asked until it has ended. */
const renewWithinMs = 8_000
/** 120000 (two minutes): how long a closed gate is waited for, as after a kill. */
const gatesMs = 120_000
const none: Pending = { openPayments: 0, callbacks: 0, checkouts: 0 }

type Outcome = 'completed' | 'unwound' | 'refused'

/** Moves domains, tries again when a kill made it unwind, and lets the new owner serve. */
export const transfer = (
  name: string,
  kind: TransferKind,
  ...domains: readonly DomainName[]
): Stage => ({
  name,
  title: `matapalo ${kind} ${domains.join(' ')} --without parity`,
  async run(show) {
    if (kind === 'cutover') await watched(show, domains)
    await show.killer.beforeTransfer(domains)
    const begun = performance.now()
    for (let attempt = 1; ; ) {
      const outcome = await whileBackfillsRest(show, () => tryOnce(show, kind, domains))
      if (outcome === 'completed') break
      if (outcome === 'unwound') attempt += 1
      if (attempt > 5 || performance.now() - begun > gatesMs) {
        throw new Error(`${kind} of ${domains.join(', ')} did not complete`)
      }
      await sleep(3_000)
    }
    await sleep(show.options.dwell * 1000)
    await sayProgress(show)
  },
})

/** Who else writes must have been watched for a while; pages have no rows that anybody could write. */
async function watched({ arena }: Show, domains: readonly DomainName[]): Promise<void> {
  for (const domain of domains) if (domain !== 'storefront') await arena.watched(domain)
}

async function inFlight(show: Show, domains: readonly DomainName[]): Promise<Pending> {
  const { arena, traffic, say } = show
  if (!domains.includes('orders')) return none
  await traffic.rush(buyers)
  // What they wrote arrives before anybody is moved. A gate that stays shut is told by the transfer.
  for (const domain of domains) await arena.passes('lag', domain).catch(() => undefined)
  const side = await arena.owner('orders')
  const pending = await pendingPayments(side === 'monolith' ? arena.shop : arena.db('orders'), side)
  say(
    `in flight: ${pending.openPayments} open payments, ${pending.callbacks} callbacks, ${pending.checkouts} checkouts`,
  )
  return pending
}

async function tryOnce(
  show: Show,
  kind: TransferKind,
  domains: readonly DomainName[],
): Promise<Outcome> {
  const { arena, traffic, transfers, flips, browser, say } = show
  await browser?.fill(1 + flips.length)
  const pending = await inFlight(show, domains)
  const before = await traffic.progress()
  await traffic.hurry(renewWithinMs)
  // Some have renewed theirs by now, and the others do during the transfer.
  await sleep(1_000)
  const buying = browser?.buy()
  try {
    const view = await arena.transfer(kind, `demo: ${kind}`, {}, domains)
    transfers.push(view)
    const { refreshes } = await traffic.progress()
    flips.push({ domains, kind, ...pending, refreshes: refreshes - before.refreshes })
    const pause = view.pauseMs === null ? '' : `, writes paused ${Math.round(view.pauseMs)} ms`
    say(`${view.outcome ?? view.state}${pause}${view.error ? `: ${view.error.message}` : ''}`)
    return view.state === 'completed' ? 'completed' : 'unwound'
  } catch (error) {
    if (!(error instanceof ControlRefused) || error.code !== 'MATAPALO_GATES_CLOSED') throw error
    say(error.message.split('\n').slice(1, 3).join(' ').trim())
    return 'refused'
  } finally {
    await buying
  }
}
