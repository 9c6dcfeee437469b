/**
 * Sends what waits in `notification`. A row is claimed for a minute, so that two processes never send
 * the same; when the users service or the mailer is away it is tried again later, for ever.
 *
 * @module
 */
import { ServiceUnavailable } from '@bookshop/kit/client'
import { type Database, inTransaction, isUnavailable } from '@bookshop/kit/database'
import { utcText } from '@bookshop/kit/instants'
import type { Log } from '@bookshop/kit/log'
import type { Metrics } from '../metrics.ts'
import type { Users } from '../neighbours/users.ts'
import type { Mailer } from './mail.ts'

export interface DeliveryParts {
  readonly database: Database
  readonly users: Users
  readonly mailer: Mailer
  readonly deskMailbox: string
  readonly now: () => Date
  readonly metrics: Metrics
  readonly log: Log
}

interface DueRow {
  readonly id: number
  readonly user_id: number | null
  readonly subject: string
  readonly body: string
  readonly attempts: number
  readonly created_at: string
}

const atOnce = 20
const claimSeconds = 60
/** Five minutes. */
const longestPauseSeconds = 300

const later = (now: Date, seconds: number): string =>
  utcText(new Date(now.getTime() + seconds * 1000))

const claimDue = (database: Database, now: Date): Promise<DueRow[]> =>
  inTransaction(database, async (transaction) => {
    const rows: DueRow[] = await transaction('notification')
      .where({ state: 'waiting' })
      .where('due_at', '<=', utcText(now))
      .orderBy('id')
      .limit(atOnce)
      .forUpdate()
      .skipLocked()
      .select('id', 'user_id', 'subject', 'body', 'attempts', 'created_at')
    if (rows.length === 0) return rows
    await transaction('notification')
      .whereIn(
        'id',
        rows.map(({ id }) => id),
      )
      .update({ due_at: later(now, claimSeconds), attempts: transaction.raw('attempts + 1') })
    return rows
  })

/** Null: the account is gone. */
async function addressOf({ users, deskMailbox }: DeliveryParts, userId: number | null) {
  if (userId === null) return { name: 'Support desk', address: deskMailbox }
  const contact = await users.contact(userId)
  return contact && { name: contact.name, address: contact.email }
}

async function deliver(parts: DeliveryParts, row: DueRow): Promise<'sent' | 'dropped'> {
  const to = await addressOf(parts, row.user_id)
  if (to === null) return 'dropped'
  await parts.mailer.send({
    id: `support-${row.id}`,
    to,
    subject: row.subject,
    text: row.body,
    at: new Date(`${row.created_at.replace(' ', 'T')}Z`),
  })
  return 'sent'
}

/** One round. @returns how many notifications were due */
export async function deliverDue(parts: DeliveryParts): Promise<number> {
  const { database, now, metrics, log } = parts
  const rows = await claimDue(database, now())
  for (const row of rows) {
    try {
      const state = await deliver(parts, row)
      await database('notification').where({ id: row.id }).update({ state })
      metrics.notifications.inc({ outcome: state })
    } catch (error) {
      const pause = Math.min(longestPauseSeconds, 2 ** row.attempts)
      await database('notification')
        .where({ id: row.id })
        .update({ due_at: later(now(), pause) })
      metrics.notifications.inc({ outcome: 'postponed' })
      const fields = { notification: row.id, detail: String(error) }
      if (error instanceof ServiceUnavailable) log.warn(fields, 'notification.postponed')
      else log.error(fields, 'notification.postponed')
    }
  }
  return rows.length
}

/** Looks every `intervalMs`, and goes on at once while there is more. */
export function startDelivery(parts: DeliveryParts, intervalMs: number): { stop(): Promise<void> } {
  let stopping = false
  let wake: () => void = () => {}
  const run = async (): Promise<void> => {
    while (!stopping) {
      let due = 0
      try {
        due = await deliverDue(parts)
      } catch (error) {
        if (!isUnavailable(error)) parts.log.error({ err: error }, 'delivery.failed')
      }
      if (due > 0 || stopping) continue
      await new Promise<void>((resolve) => {
        wake = resolve
        setTimeout(resolve, intervalMs)
      })
    }
  }
  const running = run()
  return {
    stop() {
      stopping = true
      wake()
      return running
    },
  }
}
