/**
 * The simulated providers' callbacks: kept in a table, delivered when they are due, and again until
 * the receiver says 2xx, as real providers do.
 *
 * @module
 */
import type { Database, Queryable } from '@bookshop/kit/database'
import type { Log } from '@bookshop/kit/log'
import type { Stoppable } from '@bookshop/kit/process'
import { later, utcMillis } from '../instants.ts'
import { signatureHeader, signatureOf } from './signature.ts'

export interface Callback {
  readonly path: string
  readonly body: Readonly<Record<string, unknown>>
}

export const scheduleCallback = async (
  on: Queryable,
  { path, body }: Callback,
  dueAt: string,
): Promise<void> => {
  await on('simulated_callback').insert({ path, body: JSON.stringify(body), due_at: dueAt })
}

interface Row {
  readonly id: number
  readonly path: string
  readonly body: string
  readonly attempts: number
}

export interface Delivery {
  readonly database: Database
  /** Where callbacks go: the edge, or this process. */
  readonly url: () => string
  readonly secret: string
  readonly log: Log
}

const batch = 50
const tryMs = 5000
const longestPauseMs = 30_000

const pauseMs = (attempts: number): number =>
  Math.min(longestPauseMs, 250 * 2 ** Math.min(attempts, 7))

async function send({ url, secret }: Delivery, { path, body }: Row): Promise<number> {
  const parsed: unknown = JSON.parse(body)
  const response = await fetch(`${url()}${path}`, {
    method: 'POST',
    signal: AbortSignal.timeout(tryMs),
    headers: { 'content-type': 'application/json', [signatureHeader]: signatureOf(secret, parsed) },
    body: JSON.stringify(parsed),
  })
  await response.body?.cancel()
  return response.status
}

async function deliver(delivery: Delivery, row: Row): Promise<void> {
  const { database, log } = delivery
  const status = await send(delivery, row).catch(() => 0)
  const now = new Date()
  const accepted = status >= 200 && status < 300
  if (!accepted) log.debug({ status, attempts: row.attempts }, 'callback.later')
  await database('simulated_callback')
    .where('id', row.id)
    .update(
      accepted
        ? { delivered_at: utcMillis(now), attempts: row.attempts + 1 }
        : { due_at: later(now, pauseMs(row.attempts)), attempts: row.attempts + 1 },
    )
}

/** Delivers what is due now. */
export async function deliverDue(delivery: Delivery): Promise<number> {
  const rows: Row[] = await delivery
    .database('simulated_callback')
    .whereNull('delivered_at')
    .where('due_at', '<=', utcMillis(new Date()))
    .orderBy('due_at')
    .limit(batch)
    .select()
  await Promise.all(rows.map((row) => deliver(delivery, row)))
  return rows.length
}

export function startDeliveries(delivery: Delivery, intervalMs: number): Stoppable {
  let stopping = false
  let wake = (): void => {}
  const pause = (): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, intervalMs)
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  const run = async (): Promise<void> => {
    while (!stopping) {
      await deliverDue(delivery).catch((error: unknown) => {
        delivery.log.warn({ err: error }, 'callbacks.failed')
      })
      if (!stopping) await pause()
    }
  }
  const ended = run()
  return {
    stop() {
      stopping = true
      wake()
      return ended
    },
  }
}
