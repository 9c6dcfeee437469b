/**
 * Fills an empty shop. The same options give the same rows, whoever runs it and when.
 *
 * @module
 */
import { bookColumnNames, madeBook, madePrice, type SeedBook } from './bookRow.ts'
import { type Refused, readCatalogue } from './catalogue.ts'
import { categoryColumns, categoryRows } from './categories.ts'
import { orderColumns, orderReference, orderRow, pastOrder, soldCopies } from './history.ts'
import type { Loader } from './load.ts'
import type { SeedOptions } from './options.ts'
import { type Cells, staffOf, userColumns, userRow } from './people.ts'
import { moment, random } from './random.ts'

export interface Seeded {
  readonly rows: Readonly<Record<string, number>>
  readonly refused: readonly Refused[]
}

export class NotEmptyError extends Error {}

function* numbers(to: number): Generator<number> {
  for (let number = 1; number <= to; number += 1) yield number
}

/** Every fiftieth book has changed its price once or twice. */
function* priceChanges(books: number): Generator<Cells> {
  for (const book of numbers(books)) {
    if (book % 50 !== 0) continue
    const from = random('change', book)
    const changed = moment(from)
    yield [book, `${1 + from.under(90)}.50`, madePrice(book), null, 1, changed]
  }
}

function* reservations(books: number, orders: number): Generator<Cells> {
  for (const id of numbers(Math.min(200, orders, books))) {
    const created = moment(random('reservation', id))
    // States as they are in a shop at rest: confirmed, cancelled, expired.
    yield [`past-reservation-${id}`, id, 1, 1 + (id % 3), created, created, created]
  }
}

export async function seed(
  loader: Loader,
  options: SeedOptions,
  catalogueText: string | null,
): Promise<Seeded> {
  if (!(await loader.isEmpty('books')) || !(await loader.isEmpty('users'))) {
    throw new NotEmptyError('the shop is not empty; seed a fresh one')
  }
  const { users, orders } = options
  const shelves = categoryRows()
  const rough = catalogueText === null ? null : readCatalogue(catalogueText, shelves.length)
  const books = Math.max(options.books, rough?.books.length ?? 0)
  const sold = soldCopies(orders, books, users)
  const soldOf = (id: number) => sold.get(id) ?? 0
  const real = rough?.books.map((book) => ({ ...book, sold: soldOf(Number(book.id)) })) ?? []
  const cells = (book: SeedBook): Cells => bookColumnNames.map((name) => book[name])
  const bookAt = (id: number) => real[id - 1] ?? madeBook(id, shelves.length, soldOf(id))
  const staff = staffOf(users)

  function* each<T>(to: number, make: (number: number) => T): Generator<T> {
    for (const number of numbers(to)) yield make(number)
  }
  function* perOrder(make: (id: number) => Iterable<Cells>): Generator<Cells> {
    for (const id of numbers(orders)) yield* make(id)
  }
  const order = (id: number) => pastOrder(id, books, users)

  const rows: Record<string, number> = {}
  const fill = async (table: string, columns: readonly string[], from: Iterable<Cells>) => {
    rows[table] = await loader.fill(table, columns, from)
  }
  await fill('categories', categoryColumns, shelves)
  await fill(
    'books',
    bookColumnNames,
    each(books, (id) => cells(bookAt(id))),
  )
  await fill(
    'users',
    userColumns,
    each(users, (id) =>
      id <= staff ? userRow(id, 'staff', id) : userRow(id, 'customer', id - staff),
    ),
  )
  await fill(
    'user_roles',
    ['user_id', 'role', 'granted'],
    each(users, (id) => [id, id <= staff ? 'staff' : 'customer', '2020-01-01 00:00:00']),
  )
  await fill(
    'orders',
    orderColumns,
    each(orders, (id) => orderRow(order(id))),
  )
  await fill(
    'order_items',
    ['order_id', 'line', 'book_id', 'title', 'quantity', 'price'],
    perOrder((id) =>
      order(id).lines.map((line, at) => [
        id,
        at + 1,
        line.book,
        bookAt(line.book).title,
        line.quantity,
        bookAt(line.book).price,
      ]),
    ),
  )
  await fill(
    'order_events',
    ['order_id', 'status', 'created'],
    each(orders, (id) => [id, order(id).status, order(id).created]),
  )
  await fill(
    'stock_movements',
    ['book_id', 'delta', 'reason', 'reference', 'created'],
    perOrder((id) =>
      order(id).lines.map((line) => [
        line.book,
        -line.quantity,
        1,
        orderReference(id),
        order(id).created,
      ]),
    ),
  )
  await fill(
    'price_changes',
    ['book_id', 'old_price', 'new_price', 'reference', 'changed_by', 'changed'],
    priceChanges(books),
  )
  await fill(
    'stock_reservations',
    ['order_ref', 'book_id', 'quantity', 'state', 'expires', 'created', 'updated'],
    reservations(books, orders),
  )
  await fill(
    'tickets',
    ['id', 'user_id', 'order_id', 'subject', 'status', 'urgent', 'created', 'updated'],
    each(Math.floor(orders / 10), (id) => [
      id,
      order(id * 10).user,
      id * 10,
      `Question about order ${id * 10}`,
      id % 3,
      id % 7 ? 'N' : 'Y',
      order(id * 10).created,
      order(id * 10).created,
    ]),
  )
  await fill(
    'ticket_messages',
    ['ticket_id', 'user_id', 'from_staff', 'body', 'created'],
    each(Math.floor(orders / 10), (id) => [
      id,
      order(id * 10).user,
      0,
      '¿Dónde está mi libro? 📦',
      order(id * 10).created,
    ]),
  )
  return { rows, refused: rough?.refused ?? [] }
}
