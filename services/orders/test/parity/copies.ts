/**
 * The manifest's mapping once more, as plain SQL over the old shop's tables.
 *
 * @module
 */
const utc = (column: string, name: string): string =>
  `CONVERT_TZ(${column}, 'America/Bogota', '+00:00') AS ${name}`

const cents = (column: string, name: string): string => `CAST(${column} * 100 AS SIGNED) AS ${name}`

const status =
  "ELT(status + 1, 'placed', 'paid', 'packed', 'shipped', 'delivered', 'cancelled', 'returned') AS status"

/** Target table and the rows of the shop that belong there. Parents first. */
export const copies: readonly (readonly [table: string, select: string])[] = [
  [
    'cart',
    `SELECT id, user_id, ${utc('created', 'created_at')}, ${utc('updated', 'updated_at')}
     FROM carts ORDER BY id`,
  ],
  [
    'cart_item',
    `SELECT cart_id, book_id, quantity, ${utc('added', 'added_at')}
     FROM cart_items ORDER BY cart_id, book_id`,
  ],
  [
    'order',
    `SELECT id, reference, user_id, ${status},
       ELT(stock_state + 1, 'taken', 'reserved', 'confirmed', 'lost') AS stock,
       ${cents('items_total', 'items_cents')}, ${cents('shipping_cost', 'shipping_cents')},
       ${cents('total', 'total_cents')}, ship_name, ship_street, ship_city, ship_postcode,
       ship_country, ship_phone, shipping_method, tracking_number,
       ${utc('shipped', 'shipped_at')}, ${utc('delivered', 'delivered_at')},
       gift = 'Y' AS gift, note, ${utc('created', 'created_at')}, ${utc('updated', 'updated_at')}
     FROM orders ORDER BY id`,
  ],
  [
    'order_payment_detail',
    `SELECT id AS order_id, payment_method AS method,
       ELT(payment_status + 1, 'open', 'paid', 'refused', 'refunded') AS status,
       payment_reference AS reference, card_last4, ${utc('paid', 'paid_at')}
     FROM orders ORDER BY id`,
  ],
  [
    'order_detail',
    `SELECT order_id, line, book_id, title, quantity, ${cents('price', 'price_cents')}
     FROM order_items ORDER BY order_id, line`,
  ],
  [
    'order_status_history',
    `SELECT id, order_id, ${status}, detail, by_user, ${utc('created', 'created_at')}
     FROM order_events ORDER BY id`,
  ],
  [
    'checkout',
    `SELECT reference, user_id, ELT(state + 1, 'open', 'abandoned') AS state,
       ${utc('created', 'created_at')}
     FROM checkouts ORDER BY reference`,
  ],
]

/** What tells the rows of a target table apart. */
export const keys: Readonly<Record<string, readonly string[]>> = {
  cart_item: ['cart_id', 'book_id'],
  order_payment_detail: ['order_id'],
  order_detail: ['order_id', 'line'],
  checkout: ['reference'],
}
