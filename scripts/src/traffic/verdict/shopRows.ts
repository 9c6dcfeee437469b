/**
 * What accounts, orders and cases look like at whoever owns them, in the words of the check. One query
 * each, read once.
 *
 * @module
 */
import type { Side } from '@matapalo/core'
import type { Db } from '@matapalo/runtime'

export type Counts = ReadonlyMap<string, number>

export interface UserRows {
  readonly emails: Counts
  /** Hashes of the cookies of all sessions. */
  readonly sessions: ReadonlySet<string>
  /** By user, where the traffic set it. */
  readonly streets: ReadonlyMap<number, string>
  readonly marks: ReadonlyMap<number, string>
}

export interface OrderRow {
  readonly id: number
  readonly status: string
  readonly payment: string
  readonly stock: string
  readonly lines: readonly { readonly bookId: number; readonly quantity: number }[]
}

export interface OrderRows {
  /** By reference; each row with it. */
  readonly orders: ReadonlyMap<string, readonly OrderRow[]>
  /** How often each staff's reference stands in the history. */
  readonly statuses: Counts
  /** By user, as `book×quantity`, by book, with spaces between. */
  readonly carts: ReadonlyMap<number, string>
}

export interface SupportRows {
  readonly ticket: Counts
  readonly message: Counts
  readonly return: Counts
  readonly complaint: Counts
  readonly feedback: Counts
}

/** What was logged of one book under one order's reference. */
export interface Movement {
  readonly sales: number
  /** Given back: cancelled, or run out. */
  readonly returns: number
  /** Sum of all. */
  readonly delta: number
}

const words = (column: string, all: readonly string[]): string =>
  `ELT(${column} + 1, ${all.map((word) => `'${word}'`).join(', ')})`

const statusWords = ['placed', 'paid', 'packed', 'shipped', 'delivered', 'cancelled', 'returned']
const paymentWords = ['open', 'paid', 'refused', 'refunded']
const stockWords = ['taken', 'reserved', 'confirmed', 'lost']

const sql = {
  monolith: {
    emails: `SELECT email AS k, COUNT(*) AS n FROM users WHERE email LIKE '%@traffic.test' GROUP BY email`,
    sessions: 'SELECT token AS k FROM sessions',
    streets: `SELECT id AS k, street AS v FROM users WHERE street LIKE 'street-%'`,
    marks: `SELECT id AS k, prefs AS v FROM users WHERE prefs LIKE '%"mark-%'`,
    orders: `SELECT reference, id, ${words('status', statusWords)} AS status,
      ${words('payment_status', paymentWords)} AS payment, ${words('stock_state', stockWords)} AS stock
      FROM orders WHERE reference NOT LIKE 'past-%'`,
    lines: `SELECT o.id, i.book_id AS bookId, i.quantity FROM orders o JOIN order_items i ON i.order_id = o.id
      WHERE o.reference NOT LIKE 'past-%' ORDER BY i.line`,
    statuses: `SELECT detail AS k, COUNT(*) AS n FROM order_events WHERE detail LIKE 'status-%' GROUP BY detail`,
    carts: `SELECT c.user_id AS k, i.book_id AS book, i.quantity AS n FROM carts c JOIN cart_items i
      ON i.cart_id = c.id ORDER BY c.user_id, i.book_id`,
    ticket: `SELECT subject AS k, COUNT(*) AS n FROM tickets WHERE subject LIKE 'ticket-%' GROUP BY subject`,
    message: `SELECT body AS k, COUNT(*) AS n FROM ticket_messages WHERE body LIKE 'message-%' GROUP BY body`,
    return: `SELECT reason AS k, COUNT(*) AS n FROM returns WHERE reason LIKE 'return-%' GROUP BY reason`,
    complaint: `SELECT body AS k, COUNT(*) AS n FROM complaints WHERE body LIKE 'complaint-%' GROUP BY body`,
    feedback: `SELECT body AS k, COUNT(*) AS n FROM feedback WHERE body LIKE 'feedback-%' GROUP BY body`,
    movements: `SELECT reference, book_id AS bookId, SUM(reason = 1) AS sales, SUM(reason IN (2, 5)) AS returns,
      SUM(delta) AS delta FROM stock_movements
      WHERE reason IN (1, 2, 5) AND reference NOT LIKE 'past-%' GROUP BY reference, book_id`,
  },
  service: {
    emails: `SELECT email AS k, COUNT(*) AS n FROM account WHERE email LIKE '%@traffic.test' GROUP BY email`,
    sessions: 'SELECT token AS k FROM session',
    streets: `SELECT id AS k, street AS v FROM account WHERE street LIKE 'street-%'`,
    marks: `SELECT user_id AS k, prefs AS v FROM preferences WHERE prefs LIKE '%"mark-%'`,
    orders: `SELECT o.reference, o.id, o.status, p.status AS payment, o.stock FROM \`order\` o
      JOIN order_payment_detail p ON p.order_id = o.id WHERE o.reference NOT LIKE 'past-%'`,
    lines: `SELECT o.id, i.book_id AS bookId, i.quantity FROM \`order\` o JOIN order_detail i ON i.order_id = o.id
      WHERE o.reference NOT LIKE 'past-%' ORDER BY i.line`,
    statuses: `SELECT detail AS k, COUNT(*) AS n FROM order_status_history WHERE detail LIKE 'status-%' GROUP BY detail`,
    carts: `SELECT c.user_id AS k, i.book_id AS book, i.quantity AS n FROM cart c JOIN cart_item i
      ON i.cart_id = c.id ORDER BY c.user_id, i.book_id`,
    ticket: `SELECT subject AS k, COUNT(*) AS n FROM ticket WHERE subject LIKE 'ticket-%' GROUP BY subject`,
    message: `SELECT body AS k, COUNT(*) AS n FROM ticket_message WHERE body LIKE 'message-%' GROUP BY body`,
    return: `SELECT reason AS k, COUNT(*) AS n FROM return_request WHERE reason LIKE 'return-%' GROUP BY reason`,
    complaint: `SELECT body AS k, COUNT(*) AS n FROM complaint WHERE body LIKE 'complaint-%' GROUP BY body`,
    feedback: `SELECT body AS k, COUNT(*) AS n FROM feedback WHERE body LIKE 'feedback-%' GROUP BY body`,
    movements: `SELECT reference, product_id AS bookId, SUM(reason = 'sale') AS sales,
      SUM(reason IN ('release', 'expiry')) AS returns, SUM(delta) AS delta FROM stock_movement
      WHERE reason IN ('sale', 'release', 'expiry') AND reference NOT LIKE 'past-%' GROUP BY reference, product_id`,
  },
} as const

const counts = async (db: Db, statement: string): Promise<Counts> =>
  new Map((await db.query(statement)).map((row) => [String(row.k), Number(row.n)]))

const texts = async (db: Db, statement: string): Promise<ReadonlyMap<number, string>> =>
  new Map((await db.query(statement)).map((row) => [Number(row.k), String(row.v)]))

export async function userRows(db: Db, side: Side): Promise<UserRows> {
  const text = sql[side]
  const marks = await texts(db, text.marks)
  return {
    emails: await counts(db, text.emails),
    sessions: new Set((await db.query(text.sessions)).map((row) => String(row.k))),
    streets: await texts(db, text.streets),
    marks: new Map([...marks].map(([user, prefs]) => [user, markIn(prefs)])),
  }
}

const markIn = (prefs: string): string => String((JSON.parse(prefs) as { mark?: unknown }).mark)

export async function orderRows(db: Db, side: Side): Promise<OrderRows> {
  const text = sql[side]
  const lines = new Map<number, { bookId: number; quantity: number }[]>()
  for (const row of await db.query(text.lines)) {
    const line = { bookId: Number(row.bookId), quantity: Number(row.quantity) }
    lines.set(Number(row.id), [...(lines.get(Number(row.id)) ?? []), line])
  }
  const orders = new Map<string, OrderRow[]>()
  for (const row of await db.query(text.orders)) {
    const order = {
      id: Number(row.id),
      status: String(row.status),
      payment: String(row.payment),
      stock: String(row.stock),
      lines: lines.get(Number(row.id)) ?? [],
    }
    const reference = String(row.reference)
    orders.set(reference, [...(orders.get(reference) ?? []), order])
  }
  const carts = new Map<number, string>()
  for (const row of await db.query(text.carts)) {
    const before = carts.get(Number(row.k))
    carts.set(
      Number(row.k),
      `${before === undefined ? '' : `${before} `}${Number(row.book)}×${Number(row.n)}`,
    )
  }
  return { orders, statuses: await counts(db, text.statuses), carts }
}

export async function supportRows(db: Db, side: Side): Promise<SupportRows> {
  const text = sql[side]
  return {
    ticket: await counts(db, text.ticket),
    message: await counts(db, text.message),
    return: await counts(db, text.return),
    complaint: await counts(db, text.complaint),
    feedback: await counts(db, text.feedback),
  }
}

/** By `reference/book`; sales and what was given back of them. */
export async function movementRows(db: Db, side: Side): Promise<ReadonlyMap<string, Movement>> {
  return new Map(
    (await db.query(sql[side].movements)).map((row) => [
      `${row.reference}/${row.bookId}`,
      { sales: Number(row.sales), returns: Number(row.returns), delta: Number(row.delta) },
    ]),
  )
}
