/**
 * The words of a book where search finds them: a copy of its texts under a full-text index.
 *
 * @module
 */
import type { Transaction } from '@bookshop/kit/database'

/**
 * Copies the texts of these books. Locks the products first, so that whoever changes one meanwhile
 * writes its copy after this one.
 */
export async function copyTexts(transaction: Transaction, ids: readonly number[]): Promise<void> {
  if (ids.length === 0) return
  await transaction.raw(
    `REPLACE INTO product_text (product_id, title, author, description)
       SELECT id, title, author, description FROM product WHERE id IN (?) LOCK IN SHARE MODE`,
    [[...ids]],
  )
}

export const forgetText = (transaction: Transaction, id: number) =>
  transaction('product_text').where('product_id', id).delete()

const indexed: readonly string[] = ['title', 'author', 'description']

/** Whether search would find the book by other words after a change of these columns. */
export const changesText = (columns: Readonly<Record<string, unknown>>): boolean =>
  indexed.some((column) => column in columns)
