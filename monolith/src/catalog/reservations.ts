/**
 * Copies put aside for an order that is about to be written.
 *
 * The key is the order's reference, and each call may be repeated: reserve takes the stock once,
 * confirm counts the sale once, cancel and expiry give the stock back once.
 *
 * @module
 */
import type { Database, Sql } from '../database.ts'
import { conflict, invalid, notFound, type ShopError } from '../errors.ts'
import { type Body, bodyOf, onlyFields, reference, whole } from '../input.ts'
import type { ShowTime } from '../localTime.ts'
import { lockBooks, moveStock, reasons } from './shelf.ts'

export const states = ['reserved', 'confirmed', 'cancelled', 'expired'] as const
const reserved = 0
const confirmed = 1
const cancelled = 2

export interface Line {
  readonly book_id: number
  readonly quantity: number
}
export interface Reservation {
  readonly order_ref: string
  readonly state: (typeof states)[number]
  readonly items: readonly Line[]
  readonly expires: string
}
interface Row extends Line {
  readonly state: number
  readonly expires: string
}

const ordered = (lines: readonly Line[]): Line[] =>
  lines
    .map(({ book_id, quantity }) => ({ book_id, quantity }))
    .sort((a, b) => a.book_id - b.book_id)

async function rowsOf(sql: Sql, orderRef: string, lock = ''): Promise<readonly Row[]> {
  return sql.query<Row>(
    `SELECT book_id, quantity, state, expires FROM stock_reservations
     WHERE order_ref = ? ORDER BY book_id ${lock}`,
    [orderRef],
  )
}

export interface Reservations {
  reserve(body: Body): Promise<{ readonly created: boolean; readonly reservation: Reservation }>
  confirm(orderRef: string): Promise<Reservation>
  cancel(orderRef: string): Promise<Reservation>
  find(orderRef: string): Promise<Reservation>
}

export function reservationsIn(db: Database, showTime: ShowTime): Reservations {
  const show = (orderRef: string, rows: readonly Row[]): Reservation => {
    const first = rows[0]
    if (!first) throw notFound('reservation')
    return {
      order_ref: orderRef,
      state: states[first.state] ?? 'reserved',
      items: ordered(rows),
      expires: showTime(first.expires),
    }
  }
  const find = async (orderRef: string) => show(orderRef, await rowsOf(db, orderRef))

  /** Books are locked before reservations, here as in `reserve`. */
  const settle = async (
    orderRef: string,
    work: (sql: Sql, rows: readonly Row[]) => Promise<void>,
  ) => {
    const known = await rowsOf(db, orderRef)
    if (known.length === 0) throw notFound('reservation')
    await db.transaction(async (sql) => {
      await lockBooks(
        sql,
        known.map((row) => row.book_id),
      )
      await work(sql, await rowsOf(sql, orderRef, 'FOR UPDATE'))
    })
    return find(orderRef)
  }
  const setState = (sql: Sql, orderRef: string, state: number) =>
    sql.run('UPDATE stock_reservations SET state = ?, updated = NOW() WHERE order_ref = ?', [
      state,
      orderRef,
    ])

  return {
    find,
    async reserve(body) {
      const { orderRef, items, ttl } = reserveInput(body)
      const created = await db.transaction(async (sql) => {
        const books = await lockBooks(
          sql,
          items.map((item) => item.book_id),
        )
        const known = await rowsOf(sql, orderRef)
        if (known.length > 0) {
          if (JSON.stringify(ordered(known)) !== JSON.stringify(items)) {
            throw conflict('reference_reused', 'this reference reserved something else')
          }
          return false
        }
        for (const item of items) {
          const book = books.get(item.book_id)
          if (!book) throw notFound('book', { book_id: item.book_id })
          if (book.stock < item.quantity) throw outOfStock(item.book_id)
        }
        await sql.run(
          `INSERT INTO stock_reservations (order_ref, book_id, quantity, state, expires, created, updated)
           VALUES ${items.map(() => `(?, ?, ?, ${reserved}, NOW() + INTERVAL ? SECOND, NOW(), NOW())`).join(', ')}`,
          items.flatMap((item) => [orderRef, item.book_id, item.quantity, ttl]),
        )
        for (const item of items) {
          await moveStock(sql, item.book_id, -item.quantity, reasons.sale, orderRef)
        }
        return true
      })
      return { created, reservation: await find(orderRef) }
    },
    confirm: (orderRef) =>
      settle(orderRef, async (sql, rows) => {
        const state = rows[0]?.state
        if (state === confirmed) return
        if (state !== reserved) {
          const name = state === cancelled ? 'cancelled' : 'expired'
          throw conflict(`reservation_${name}`, `the reservation is ${name}; its stock went back`)
        }
        for (const row of rows) {
          await sql.run('UPDATE books SET sold = sold + ?, updated = NOW() WHERE id = ?', [
            row.quantity,
            row.book_id,
          ])
        }
        await setState(sql, orderRef, confirmed)
      }),
    cancel: (orderRef) =>
      settle(orderRef, async (sql, rows) => {
        const state = rows[0]?.state
        if (state === confirmed) throw conflict('reservation_confirmed', 'the copies were sold')
        if (state !== reserved) return
        for (const row of rows) {
          await moveStock(sql, row.book_id, row.quantity, reasons.release, orderRef)
        }
        await setState(sql, orderRef, cancelled)
      }),
  }
}

export const outOfStock = (bookId: number): ShopError =>
  conflict('out_of_stock', 'there are not enough copies', { book_id: bookId })

function reserveInput(body: Body) {
  onlyFields(body, ['order_ref', 'items', 'ttl_s'])
  const given = body.items
  if (!Array.isArray(given) || given.length < 1 || given.length > 100) {
    throw invalid('items', '1 to 100 lines')
  }
  const items = ordered(
    given.map((item: unknown) => {
      const line = bodyOf(item)
      onlyFields(line, ['book_id', 'quantity'])
      return {
        book_id: whole(line, 'book_id', 1, 4_294_967_295),
        quantity: whole(line, 'quantity', 1, 999),
      }
    }),
  )
  if (new Set(items.map((item) => item.book_id)).size !== items.length) {
    throw invalid('items', 'each book once')
  }
  const ttl = body.ttl_s === undefined ? 900 : whole(body, 'ttl_s', 1, 86_400)
  return { orderRef: reference(body, 'order_ref'), items, ttl }
}
