/**
 * How the traffic fares, between two stages.
 *
 * @module
 */
import type { Show } from './stage.ts'

/** One line, and what went wrong since the last time it was asked. */
export async function sayProgress(show: Show): Promise<void> {
  const summary = await show.traffic.progress()
  const { requests, failedRequests, staleReads, forcedLogouts } = summary
  show.say(
    `${requests.toLocaleString('en')} requests so far, ${failedRequests} failed, ${staleReads} stale, ${forcedLogouts} logged out`,
  )
  const { failures, stale, turnedAway } = summary
  for (const { at, what } of [...failures, ...stale, ...turnedAway]) {
    const line = `${at} ms: ${what}`
    if (show.incidents.has(line)) continue
    show.incidents.add(line)
    show.say(`  ${line}`)
  }
}
