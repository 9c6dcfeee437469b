import { sleep } from '@matapalo/runtime'
import { sayProgress } from '../progress.ts'
import type { Stage } from '../stage.ts'

/** No route leads to the monolith any more; its process ends, and customers go on. */
export const retire: Stage = {
  name: 'retire',
  title: 'matapalo retire monolith; its process is stopped',
  async run(show) {
    const { arena, traffic, browser, options, say } = show
    await arena.retire()
    await arena.stack.halt('monolith')
    const before = await traffic.progress()
    await browser?.fill(77)
    await browser?.buy()
    await sleep(options.after * 1000)
    const { requests, failedRequests } = await traffic.progress()
    show.afterTheEnd = {
      requests: requests - before.requests,
      failedRequests: failedRequests - before.failedRequests,
    }
    await sayProgress(show)
    say(
      `${show.afterTheEnd.requests.toLocaleString('en')} requests without it, ${show.afterTheEnd.failedRequests} failed`,
    )
  },
}
