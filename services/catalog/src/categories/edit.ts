/**
 * Staff add, change and delete categories.
 *
 * @module
 */
import {
  isDuplicate,
  isMissingParent,
  isStillReferenced,
  type Transaction,
} from '@bookshop/kit/database'
import { ApiError, invalid } from '@bookshop/kit/errors'
import { type Body, text, truth, whole } from '@bookshop/kit/input'
import { tellCategory } from '../events.ts'
import { type Category, idsUnder, noSuchCategory, readCategories, readCategory } from './tree.ts'

const slugPattern = /^[a-z0-9]+(-[a-z0-9]+)*$/

/** ASCII words of the name with hyphens between; '' when it has none. */
export const slugOf = (name: string): string =>
  name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 140)

function explainCategory(error: unknown): unknown {
  if (isDuplicate(error)) return new ApiError(409, 'slug_taken', 'Another category has this slug')
  if (isMissingParent(error)) return invalid('parent_id', 'there is no such category')
  if (isStillReferenced(error)) {
    return new ApiError(409, 'category_in_use', 'The category has books or categories below it')
  }
  return error
}

function slugFrom(body: Body): string {
  const slug = text(body, 'slug', 140)
  if (!slugPattern.test(slug)) throw invalid('slug', 'small letters, digits and single hyphens')
  return slug
}

function columnsOf(body: Body): Record<string, string | number | null> {
  const columns: Record<string, string | number | null> = {}
  if (body.name !== undefined) columns.name = text(body, 'name', 120)
  if (body.slug !== undefined) columns.slug = slugFrom(body)
  if (body.parent_id === null) columns.parent_id = null
  else if (body.parent_id !== undefined) {
    columns.parent_id = whole(body, 'parent_id', 1, 2_147_483_647)
  }
  if (body.position !== undefined) {
    columns.position = whole(body, 'position', -1_000_000, 1_000_000)
  }
  if (body.visible !== undefined) columns.visible = truth(body, 'visible') ? 1 : 0
  return columns
}

/** Errors: 400 `invalid_request`, 409 `slug_taken`. */
export async function createCategory(transaction: Transaction, body: Body): Promise<Category> {
  const columns = columnsOf(body)
  const name = text(body, 'name', 120)
  columns.slug ??= slugOf(name)
  if (columns.slug === '') throw invalid('slug', 'needed, since the name gives none')
  const [id] = await explained(transaction('category').insert(columns))
  if (id === undefined) throw new TypeError('the driver returned no insert id')
  return told(transaction, id, 'category.created')
}

/** Errors: 400 `invalid_request` (also for a parent at or below itself), 404, 409 `slug_taken`. */
export async function patchCategory(
  transaction: Transaction,
  id: number,
  body: Body,
): Promise<Category> {
  const columns = columnsOf(body)
  // The whole tree is locked: two moves at once could make a circle that neither sees.
  const rows = await readCategories(transaction, 'forUpdate')
  if (!rows.some((row) => row.id === id)) throw noSuchCategory()
  if (typeof columns.parent_id === 'number' && idsUnder(rows, id).includes(columns.parent_id)) {
    throw invalid('parent_id', 'the category itself or one below it')
  }
  if (Object.keys(columns).length === 0) throw invalid('body', 'nothing to change')
  await explained(transaction('category').where({ id }).update(columns))
  return told(transaction, id, 'category.changed')
}

/** Errors: 404, 409 `category_in_use`. */
export async function deleteCategory(transaction: Transaction, id: number): Promise<void> {
  const category = await readCategory(transaction, id)
  const deleted = await explained(transaction('category').where({ id }).delete())
  if (deleted === 0) throw noSuchCategory()
  await tellCategory(transaction, category, 'category.deleted')
}

async function explained<T>(query: PromiseLike<T>): Promise<T> {
  try {
    return await query
  } catch (error) {
    throw explainCategory(error)
  }
}

/** The category as it stands now, after everybody was told of it. */
async function told(
  transaction: Transaction,
  id: number,
  type: 'category.created' | 'category.changed',
): Promise<Category> {
  const category = await readCategory(transaction, id)
  await tellCategory(transaction, category, type)
  return category
}
