/**
 * The old way: one transaction writes the order, takes the stock, counts the sale and empties the
 * cart. Books are locked in the order of their ids.
 *
 * @module
 */
import { outOfStock } from '../catalog/reservations.ts'
import { lockBooks, moveStock, reasons } from '../catalog/shelf.ts'
import { sqlErrno } from '../database.ts'
import type { Place } from './checkout.ts'
import { stockTaken } from './codes.ts'
import { clearOrdered, lockCart, type OrderLine, writeOrder } from './writeOrder.ts'

const duplicate = 1062

export const placeInTransaction: Place = async ({ db }, userId, request) => {
  try {
    await db.transaction(async (sql) => {
      const cart = await lockCart(sql, userId)
      // A repeat that waited for the cart finds it empty, and the caller then finds the order.
      if (cart.length === 0) return
      const books = await lockBooks(
        sql,
        cart.map((line) => line.book_id),
      )
      const lines: OrderLine[] = cart.map((line) => {
        const book = books.get(line.book_id)
        if (!book || book.stock < line.quantity) throw outOfStock(line.book_id)
        return {
          bookId: book.id,
          title: book.title,
          price: book.price,
          quantity: line.quantity,
        }
      })
      await writeOrder(sql, userId, request, lines, stockTaken)
      for (const line of lines) {
        await moveStock(sql, line.bookId, -line.quantity, reasons.sale, request.reference)
        await sql.run('UPDATE books SET sold = sold + ? WHERE id = ?', [line.quantity, line.bookId])
      }
      await clearOrdered(sql, userId, lines)
    })
  } catch (error) {
    if (sqlErrno(error) !== duplicate) throw error
  }
}
