import { sleep } from '@matapalo/runtime'
import { sayProgress } from '../progress.ts'
import type { AfterTheEnd } from '../report.ts'
import type { Stage } from '../stage.ts'

/** No route leads to the monolith any more; its process ends, and customers go on. */
export const retire: Stage = {
  name: 'retire',
  title: 'matapalo retire monolith; its process is stopped',
  async run(show) {
    const { arena, traffic, browser, options, say } = show
    const { proven, seen, unknown, unserved } = await arena.retire()
    say(`nobody uses it any more: ${proven.length} findings`)
    for (const one of seen) say(`  seen: ${one.domain}, ${one.what} ${one.subject}`)
    for (const one of unknown) say(`  not known: ${one.domain}, ${one.what} ${one.subject}`)
    if (unserved.length > 0) say(`  404 from now on: ${unserved.join(', ')}`)
    await arena.stack.halt('monolith')
    const begun = performance.now()
    const before = await traffic.progress()
    const bought = browser?.orders.length ?? 0
    await browser?.fill(77)
    await browser?.buy()
    await sleep(options.after * 1000)
    const { requests, failedRequests } = await traffic.progress()
    const end: AfterTheEnd = {
      seconds: (performance.now() - begun) / 1000,
      requests: requests - before.requests,
      failedRequests: failedRequests - before.failedRequests,
      purchases: (browser?.orders.length ?? 0) - bought,
      evidence: { proven: proven.length, seen: seen.length, unknown: unknown.length },
    }
    show.afterTheEnd = end
    await sayProgress(show)
    say(`${end.requests.toLocaleString('en')} requests without it, ${end.failedRequests} failed`)
  },
}
