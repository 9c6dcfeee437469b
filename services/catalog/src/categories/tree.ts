/**
 * Categories as clients know them: a tree, ordered by position.
 *
 * @module
 */
import type { Queryable } from '@bookshop/kit/database'
import { ApiError } from '@bookshop/kit/errors'

export interface CategoryRow {
  readonly id: number
  readonly parent_id: number | null
  readonly name: string
  readonly slug: string
  readonly position: number
  readonly visible: number
}

export interface Category {
  readonly id: number
  readonly parent_id: number | null
  readonly name: string
  readonly slug: string
  readonly position: number
  readonly visible: boolean
}

export interface CategoryNode extends Category {
  readonly children: readonly CategoryNode[]
}

export const toCategory = (row: CategoryRow): Category => ({
  id: row.id,
  parent_id: row.parent_id,
  name: row.name,
  slug: row.slug,
  position: row.position,
  visible: row.visible === 1,
})

export const noSuchCategory = (): ApiError => new ApiError(404, 'not_found', 'No such category')

/** All of them (a few hundred at most), in the order of their siblings. */
export async function readCategories(
  on: Queryable,
  lock?: 'forUpdate',
): Promise<readonly CategoryRow[]> {
  const rows = on<CategoryRow>('category')
    .select('id', 'parent_id', 'name', 'slug', 'position', 'visible')
    .orderBy(['position', 'id'])
  return lock === 'forUpdate' ? rows.forUpdate() : rows
}

const childrenByParent = (
  rows: readonly CategoryRow[],
): ReadonlyMap<number | null, readonly CategoryRow[]> => {
  const children = new Map<number | null, CategoryRow[]>()
  for (const row of rows) {
    const siblings = children.get(row.parent_id)
    if (siblings) siblings.push(row)
    else children.set(row.parent_id, [row])
  }
  return children
}

/** A hidden category hides what is below it, unless `all`. */
export function toTree(rows: readonly CategoryRow[], all: boolean): CategoryNode[] {
  const children = childrenByParent(rows)
  const below = (parent: number | null): CategoryNode[] =>
    (children.get(parent) ?? [])
      .filter((row) => all || row.visible === 1)
      .map((row) => ({ ...toCategory(row), children: below(row.id) }))
  return below(null)
}

/** The category and all below it, hidden ones too. */
export function idsUnder(rows: readonly CategoryRow[], top: number): number[] {
  const children = childrenByParent(rows)
  const below = (id: number): number[] => [
    id,
    ...(children.get(id) ?? []).flatMap((row) => below(row.id)),
  ]
  return below(top)
}

export const findBySlug = (rows: readonly CategoryRow[], slug: string): CategoryRow | undefined =>
  rows.find((row) => row.slug === slug)

export async function readCategory(on: Queryable, id: number): Promise<Category> {
  const row = (await readCategories(on)).find((one) => one.id === id)
  if (!row) throw noSuchCategory()
  return toCategory(row)
}

/** An id as it stands in a path; anything but a positive whole number is no category. */
export function readCategoryId(text: string): number {
  if (!/^[1-9]\d{0,9}$/.test(text)) throw noSuchCategory()
  return Number(text)
}
