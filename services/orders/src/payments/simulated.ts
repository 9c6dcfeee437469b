/**
 * A payment provider that behaves as the last four digits of the card say. It keeps its own books in
 * tables of its own, so it remembers across restarts what it was asked, as a real one would.
 *
 *   0002  declines
 *   0408  does not answer, has taken the money, calls back
 *   0409  does not answer, declines, calls back
 *   0422  takes the money and calls back twice
 *   0504  does not answer, takes the money, calls back a hundred times later than the others
 *   other takes the money and says so
 *
 * @module
 */
import { randomUUID } from 'node:crypto'
import type { Database, Transaction } from '@bookshop/kit/database'
import { inTransaction } from '@bookshop/kit/database'
import { later, momentOf, utcMillis } from '../instants.ts'
import { scheduleCallback } from '../providers/callbacks.ts'
import {
  type ChargeOrder,
  type PaymentOutcome,
  type PaymentProvider,
  ProviderSilent,
} from './provider.ts'

interface Behaviour {
  readonly outcome: 'succeeded' | 'declined'
  /** Does the provider answer the call itself? */
  readonly answers: boolean
  readonly callbacks: number
  /** Times the usual delay. */
  readonly delays: number
}

const usual: Behaviour = { outcome: 'succeeded', answers: true, callbacks: 0, delays: 1 }

const behaviours: Readonly<Record<string, Behaviour>> = {
  '0002': { ...usual, outcome: 'declined' },
  '0408': { ...usual, answers: false, callbacks: 1 },
  '0409': { ...usual, answers: false, callbacks: 1, outcome: 'declined' },
  '0422': { ...usual, callbacks: 2 },
  '0504': { ...usual, answers: false, callbacks: 1, delays: 100 },
}

const behaviourOf = (cardLast4: string | null): Behaviour => behaviours[cardLast4 ?? ''] ?? usual

interface Row {
  readonly outcome: 'succeeded' | 'declined'
  readonly known_at: string
}

export interface SimulatedPayments {
  readonly database: Database
  /** Milliseconds until the usual callback. */
  readonly callbackDelayMs: number
}

export const simulatedName = 'simulated'

export function simulatedPayments(options: SimulatedPayments): PaymentProvider {
  const { database, callbackDelayMs } = options

  const read = (payment: string, kind: 'charge' | 'refund'): Promise<Row | undefined> =>
    database('simulated_payment').where({ payment, kind }).first()

  const outcomeOf = (row: Row): PaymentOutcome =>
    momentOf(row.known_at) > Date.now() ? 'pending' : row.outcome

  /** False when this payment is in the books already. */
  const enter = async (
    transaction: Transaction,
    kind: 'charge' | 'refund',
    { payment, amountCents }: ChargeOrder,
    { outcome }: Behaviour,
    knownAt: string,
  ): Promise<boolean> => {
    const [result] = await transaction.raw(
      `INSERT INTO simulated_payment (payment, kind, amount_cents, outcome, known_at, created_at)
       VALUES (?, ?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE asked = asked + 1`,
      [payment, kind, amountCents, outcome, knownAt, utcMillis(new Date())],
    )
    return result.affectedRows === 1
  }

  return {
    name: simulatedName,

    async charge(order, timeoutMs) {
      const behaviour = behaviourOf(order.cardLast4)
      const { answers, callbacks, delays, outcome } = behaviour
      const due = later(new Date(), callbackDelayMs * delays)
      const knownAt = answers ? utcMillis(new Date()) : due
      await inTransaction(database, async (transaction) => {
        if (!(await enter(transaction, 'charge', order, behaviour, knownAt))) return
        const event = randomUUID()
        for (let sent = 0; sent < callbacks; sent += 1) {
          const body = { event, kind: 'charge', payment: order.payment, outcome }
          const path = `/api/payments/callbacks/${simulatedName}`
          await scheduleCallback(transaction, { path, body }, due)
        }
      })
      if (!answers) {
        await new Promise((resolve) => setTimeout(resolve, Math.min(timeoutMs, callbackDelayMs)))
        throw new ProviderSilent('the payment provider did not answer')
      }
      const row = await read(order.payment, 'charge')
      return row ? outcomeOf(row) : 'pending'
    },

    async find(payment) {
      const row = await read(payment, 'charge')
      return row ? outcomeOf(row) : 'unknown'
    },

    async refund(payment, amountCents) {
      const charged = await read(payment, 'charge')
      if (charged?.outcome !== 'succeeded') return 'declined'
      const order = { payment, amountCents, cardLast4: null }
      await inTransaction(database, (transaction) =>
        enter(transaction, 'refund', order, usual, utcMillis(new Date())),
      )
      return 'succeeded'
    },
  }
}
