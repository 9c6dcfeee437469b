/**
 * The tree of categories.
 *
 * @module
 */
import { type Database, type Sql, sqlErrno, type Value } from '../database.ts'
import { conflict, invalid, notFound } from '../errors.ts'
import { type Body, onlyFields, text, truth, whole } from '../input.ts'

interface CategoryRow {
  readonly id: number
  readonly parent_id: number | null
  readonly name: string
  readonly slug: string
  readonly position: number
  readonly visible: string
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

const show = (row: CategoryRow): Category => ({ ...row, visible: row.visible === 'Y' })

export async function allCategories(sql: Sql): Promise<readonly Category[]> {
  const rows = await sql.query<CategoryRow>(
    'SELECT id, parent_id, name, slug, position, visible FROM categories ORDER BY position, id',
  )
  return rows.map(show)
}

/** The tree; a hidden category hides what is below it, unless all are wanted. */
export function categoryTree(
  categories: readonly Category[],
  all = false,
  parent: number | null = null,
): readonly CategoryNode[] {
  return categories
    .filter((category) => category.parent_id === parent && (all || category.visible))
    .map((category) => ({ ...category, children: categoryTree(categories, all, category.id) }))
}

/** The ids of the category with this slug and of everything below it; null when there is none. */
export function withDescendants(categories: readonly Category[], slug: string): number[] | null {
  const top = categories.find((category) => category.slug === slug)
  if (!top) return null
  const ids = [top.id]
  for (const id of ids) {
    for (const child of categories) {
      if (child.parent_id === id && !ids.includes(child.id)) ids.push(child.id)
    }
  }
  return ids
}

export async function findCategory(sql: Sql, id: number): Promise<Category> {
  const rows = await sql.query<CategoryRow>(
    'SELECT id, parent_id, name, slug, position, visible FROM categories WHERE id = ?',
    [id],
  )
  if (!rows[0]) throw notFound('category')
  return show(rows[0])
}

const fields = ['name', 'slug', 'parent_id', 'position', 'visible', 'reference']
const slugPattern = /^[a-z0-9]+(-[a-z0-9]+)*$/

export function slugOf(name: string): string {
  const plain = name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
  return plain
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 140)
}

function columnsOf(body: Body): Map<string, Value> {
  onlyFields(body, fields)
  const columns = new Map<string, Value>()
  if (body.name !== undefined) columns.set('name', text(body, 'name', 120))
  if (body.slug !== undefined) {
    const slug = text(body, 'slug', 140)
    if (!slugPattern.test(slug)) throw invalid('slug', 'small letters, digits and single hyphens')
    columns.set('slug', slug)
  }
  if (body.parent_id === null) columns.set('parent_id', null)
  else if (body.parent_id !== undefined) {
    columns.set('parent_id', whole(body, 'parent_id', 1, 2_147_483_647))
  }
  if (body.position !== undefined) {
    columns.set('position', whole(body, 'position', -1_000_000, 1_000_000))
  }
  if (body.visible !== undefined) columns.set('visible', truth(body, 'visible') ? 'Y' : 'N')
  return columns
}

function explain(error: unknown): unknown {
  if (sqlErrno(error) === 1062) return conflict('slug_taken', 'another category has this slug')
  if (sqlErrno(error) === 1452) return invalid('parent_id', 'there is no such category')
  if (sqlErrno(error) === 1451) {
    return conflict('category_in_use', 'the category has books or categories below it')
  }
  return error
}

export async function createCategory(db: Database, body: Body): Promise<Category> {
  const columns = columnsOf(body)
  const name = text(body, 'name', 120)
  if (!columns.has('slug')) {
    const slug = slugOf(name)
    if (slug === '') throw invalid('slug', 'needed, since the name gives none')
    columns.set('slug', slug)
  }
  const names = [...columns.keys()]
  try {
    const { insertId } = await db.run(
      `INSERT INTO categories (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`,
      [...columns.values()],
    )
    return await findCategory(db, insertId)
  } catch (error) {
    throw explain(error)
  }
}

export async function changeCategory(db: Database, id: number, body: Body): Promise<Category> {
  const columns = columnsOf(body)
  const before = await findCategory(db, id)
  const parent = columns.get('parent_id')
  if (typeof parent === 'number') {
    const below = withDescendants(await allCategories(db), before.slug) ?? []
    if (below.includes(parent)) throw invalid('parent_id', 'the category itself or one below it')
  }
  if (columns.size === 0) throw invalid('body', 'nothing to change')
  const set = [...columns.keys()].map((name) => `${name} = ?`).join(', ')
  try {
    await db.run(`UPDATE categories SET ${set} WHERE id = ?`, [...columns.values(), id])
    return await findCategory(db, id)
  } catch (error) {
    throw explain(error)
  }
}

export async function deleteCategory(db: Database, id: number): Promise<void> {
  await findCategory(db, id)
  try {
    await db.run('DELETE FROM categories WHERE id = ?', [id])
  } catch (error) {
    throw explain(error)
  }
}
