/**
 * What staff do with books. A repeated reference is a repeated request and changes nothing.
 *
 * @module
 */
import { type Database, type Sql, sqlErrno } from '../database.ts'
import { conflict, invalid } from '../errors.ts'
import { type Body, onlyFields, optionalReference, price, whole } from '../input.ts'
import { type BookRow, findBook, findStock } from './book.ts'
import { bookChanges, newBook } from './bookInput.ts'
import { lockBook, moveStock, reasons } from './shelf.ts'

function explain(error: unknown): unknown {
  if (sqlErrno(error) === 1062) return conflict('isbn_taken', 'another book has this ISBN')
  if (sqlErrno(error) === 1452) return invalid('category_id', 'there is no such category')
  return error
}

async function byReference(sql: Sql, reference: string | null): Promise<BookRow | null> {
  if (reference === null) return null
  const rows = await sql.query<{ id: number }>('SELECT id FROM books WHERE reference = ?', [
    reference,
  ])
  return rows[0] ? findBook(sql, rows[0].id) : null
}

export async function createBook(
  db: Database,
  body: Body,
): Promise<{ readonly created: boolean; readonly book: BookRow }> {
  const columns = newBook(body)
  const reference = optionalReference(body)
  const known = await byReference(db, reference)
  if (known) return { created: false, book: known }
  const names = [...columns.keys(), 'reference']
  const stock = Number(columns.get('stock'))
  try {
    const id = await db.transaction(async (sql) => {
      const { insertId } = await sql.run(
        `INSERT INTO books (${names.join(', ')}, created, updated)
         VALUES (${names.map(() => '?').join(', ')}, NOW(), NOW())`,
        [...columns.values(), reference],
      )
      if (stock > 0) {
        await sql.run(
          `INSERT INTO stock_movements (book_id, delta, reason, reference, created)
           VALUES (?, ?, ?, ?, NOW())`,
          [insertId, stock, reasons.adjustment, reference ?? `create:${insertId}`],
        )
      }
      return insertId
    })
    return { created: true, book: await findBook(db, id) }
  } catch (error) {
    // The same request may have won the race a moment ago.
    const winner = sqlErrno(error) === 1062 ? await byReference(db, reference) : null
    if (winner) return { created: false, book: winner }
    throw explain(error)
  }
}

export async function changeBook(db: Database, id: number, body: Body): Promise<BookRow> {
  const columns = bookChanges(body)
  const set = [...columns.keys()].map((name) => `${name} = ?`).join(', ')
  try {
    await db.transaction(async (sql) => {
      await lockBook(sql, id)
      await sql.run(`UPDATE books SET ${set}, updated = NOW() WHERE id = ?`, [
        ...columns.values(),
        id,
      ])
    })
  } catch (error) {
    throw explain(error)
  }
  return findBook(db, id)
}

export async function changePrice(
  db: Database,
  id: number,
  body: Body,
  userId: number,
): Promise<BookRow> {
  onlyFields(body, ['price', 'reference'])
  const next = price(body, 'price')
  const reference = optionalReference(body)
  await db.transaction(async (sql) => {
    const book = await lockBook(sql, id)
    const repeated = await sql.query(
      'SELECT 1 FROM price_changes WHERE reference = ? AND book_id = ? LIMIT 1',
      [reference, id],
    )
    if (repeated.length > 0) return
    await sql.run('UPDATE books SET price = ?, updated = NOW() WHERE id = ?', [next, id])
    await sql.run(
      `INSERT INTO price_changes (book_id, old_price, new_price, reference, changed_by, changed)
       VALUES (?, ?, ?, ?, ?, NOW())`,
      [id, book.price, next, reference, userId],
    )
  })
  return findBook(db, id)
}

export async function adjustStock(db: Database, id: number, body: Body) {
  onlyFields(body, ['delta', 'reference'])
  const delta = whole(body, 'delta', -1_000_000, 1_000_000)
  if (delta === 0) throw invalid('delta', 'not 0')
  const reference = optionalReference(body)
  await db.transaction(async (sql) => {
    const book = await lockBook(sql, id)
    const repeated = await sql.query(
      'SELECT 1 FROM stock_movements WHERE reference = ? AND book_id = ? AND reason = ? LIMIT 1',
      [reference, id, reasons.adjustment],
    )
    if (repeated.length > 0) return
    if (book.stock + delta < 0) {
      throw conflict('stock_negative', 'there are not that many copies', { book_id: id })
    }
    await moveStock(sql, id, delta, reasons.adjustment, reference ?? `adjust:${id}`)
  })
  return findStock(db, id)
}

/** Refused once the book was ever sold or reserved. What was logged about it stays. */
export async function deleteBook(db: Database, id: number): Promise<void> {
  const inOrders = conflict('book_has_orders', 'the book was ordered and must stay', {
    book_id: id,
  })
  try {
    await db.transaction(async (sql) => {
      const book = await lockBook(sql, id)
      const reserved = await sql.query(
        'SELECT 1 FROM stock_reservations WHERE book_id = ? LIMIT 1',
        [id],
      )
      if (book.sold > 0 || reserved.length > 0) throw inOrders
      await sql.run('DELETE FROM books WHERE id = ?', [id])
    })
  } catch (error) {
    if (sqlErrno(error) === 1451) throw inOrders
    throw error
  }
}
