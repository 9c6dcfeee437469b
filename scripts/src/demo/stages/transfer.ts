import type { TransferKind } from '@matapalo/core'
import { sleep } from '@matapalo/runtime'
import type { Show, Stage } from '../stage.ts'

/** Moves the catalogue, tries again when a kill made it unwind, and lets the new owner serve. */
export const transfer = (name: string, kind: TransferKind): Stage => ({
  name,
  title: `matapalo ${kind} catalog --without parity`,
  async run(show) {
    for (let attempt = 1; ; attempt += 1) {
      const completed = await tryOnce(show, kind)
      if (completed) break
      if (attempt === 5) throw new Error(`${kind} did not complete in ${attempt} attempts`)
      await sleep(3_000)
    }
    await sleep(show.options.dwell * 1000)
    const { requests, failedRequests, staleReads } = await show.traffic.progress()
    show.say(
      `${requests.toLocaleString('en')} requests so far, ${failedRequests} failed, ${staleReads} stale`,
    )
  },
})

async function tryOnce({ arena, transfers, say }: Show, kind: TransferKind): Promise<boolean> {
  const view = await arena.transfer(kind, `demo: ${kind}`)
  transfers.push(view)
  const pause = view.pauseMs === null ? '' : `, writes paused ${Math.round(view.pauseMs)} ms`
  say(`${view.outcome ?? view.state}${pause}${view.error ? `: ${view.error.message}` : ''}`)
  return view.state === 'completed'
}
