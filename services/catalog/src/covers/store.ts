/**
 * Where covers are kept: in the service's database, a row for each book that has one.
 *
 * @module
 */
import type { Database, Transaction } from '@bookshop/kit/database'
import { utcText } from '@bookshop/kit/instants'
import type { CoverImage } from './image.ts'

/** What is known of a cover without reading it. */
export interface CoverHead {
  readonly content_type: string
  /** Hexadecimal; changes with the content. */
  readonly sha256: string
}

export interface CoverUpload extends CoverImage {
  readonly bookId: number
  readonly uploadedBy: number
}

const table = 'product_cover'

/** Null: no such book, or one without a cover. */
export async function findCover(database: Database, id: number): Promise<CoverHead | null> {
  const row = await database(`${table} as c`)
    .join('product as p', 'p.id', 'c.product_id')
    .where('c.product_id', id)
    .first<CoverHead | undefined>('c.content_type', 'c.sha256')
  return row ?? null
}

/** Null: the cover is another one by now. */
export async function readCover(
  database: Database,
  id: number,
  sha256: string,
): Promise<Buffer | null> {
  const row = await database(table)
    .where({ product_id: id, sha256 })
    .first<{ octets: Buffer } | undefined>('octets')
  return row?.octets ?? null
}

/** Keeps the book where it is until the transaction ends. False: there is none. */
export async function holdBook(transaction: Transaction, id: number): Promise<boolean> {
  const row = await transaction('product').where('id', id).forShare().first('id')
  return row !== undefined
}

/** Resolves to false when it replaced another one. */
export async function saveCover(
  transaction: Transaction,
  { bookId, type, sha256, octets, uploadedBy }: CoverUpload,
  now: Date,
): Promise<boolean> {
  const before = await transaction(table).where('product_id', bookId).forUpdate().first('sha256')
  const row = {
    product_id: bookId,
    content_type: type,
    sha256,
    octets,
    uploaded_by: uploadedBy,
    updated_at: utcText(now),
  }
  await transaction(table).insert(row).onConflict('product_id').merge()
  return before === undefined
}

/** Resolves to the number of rows that went: 0 or 1. */
export const forgetCover = (transaction: Transaction, id: number): Promise<number> =>
  transaction(table).where('product_id', id).delete()
