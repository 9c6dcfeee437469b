/**
 * Staff look after the shelves: the tree of categories.
 *
 * @module
 */
import { ServiceUnavailable } from '@bookshop/kit/client'
import { shownAgain } from '../forms/again.ts'
import { type Fields, filled, orNull, withNumbers } from '../forms/fields.ts'
import { flat } from '../frame.ts'
import type { Page, Shown } from '../page.ts'
import type { Category } from '../shop/shapes.ts'
import { type Html, html } from '../view/html.ts'
import { option, tokenField } from '../view/parts.ts'
import type { Visit } from '../visit.ts'

const parents = (categories: readonly Category[], chosen: number | null, self?: number): Html =>
  html`<label>Below <select name="parent_id"><option value="">nothing</option>${flat(categories)
    .filter(({ id }) => id !== self)
    .map(({ id, name }) => option(id, name, id === chosen))}</select></label>`

const row = (
  visit: Visit,
  one: Category,
  all: readonly Category[],
): Html => html`<li data-category-id="${one.id}"><details><summary><bdi>${one.name}</bdi>${one.visible ? '' : ' (hidden)'}</summary>
<form action="${`/catalogue/categories/${one.id}`}" method="post" class="stack">${tokenField(visit)}
  <label>Name <input name="name" value="${one.name}" required maxlength="120"></label>
  <label>Address <input name="slug" value="${one.slug}" required maxlength="140" pattern="[a-z0-9]+(-[a-z0-9]+)*"></label>
  ${parents(all, one.parent_id, one.id)}
  <label>Place <input type="number" name="position" value="${one.position}" required></label>
  <label class="check"><input type="checkbox" name="visible" value="Y"${one.visible ? html` checked` : ''}> Customers see it</label>
  <button>Save</button></form>
<form action="${`/catalogue/categories/${one.id}/delete`}" method="post">${tokenField(visit)}<button class="link">Delete<span class="quiet"> ${one.name}</span></button></form></details></li>`

async function show(visit: Visit): Promise<Shown> {
  await visit.mustBe('staff')
  const { categories } = await visit.frame()
  if (visit.missing.has('catalog')) {
    throw new ServiceUnavailable('catalog', 'the shelves do not answer', true)
  }
  const body = html`<p><a href="/catalogue">Catalogue</a></p><h1>Shelves</h1>
<ul class="lines">${flat(categories).map((one) => row(visit, one, categories))}</ul>
<h2>A new shelf</h2>
<form action="/catalogue/categories" method="post" class="stack">${tokenField(visit)}
  <label>Name <input name="name" required maxlength="120"></label>
  <label>Address <input name="slug" maxlength="140" pattern="[a-z0-9]+(-[a-z0-9]+)*" placeholder="made from the name"></label>
  ${parents(categories, null)}
  <label>Place <input type="number" name="position" value="0" required></label>
  <button>Add it</button>
</form>`
  return { title: 'Shelves', body, note: visit.query('done') === '' ? null : 'Saved.' }
}

/** The catalogue takes numbers as numbers here. */
const bodyOf = ({ name, slug, position, parent_id }: Fields): Fields =>
  withNumbers(
    { ...filled({ name, slug, position }), parent_id: orNull(parent_id) },
    'position',
    'parent_id',
  )

const change = (
  path: string,
  method: 'POST' | 'PATCH' | 'DELETE',
  body: (form: Fields) => Fields | undefined,
): Page => ({
  method: 'post',
  path,
  login: true,
  token: true,
  async answer(visit) {
    const target = method === 'POST' ? '' : `/${visit.id('id', 'category')}`
    const sent = body(visit.form)
    try {
      const write = sent === undefined ? {} : { body: sent }
      await visit.shop.send('catalog', method, `/api/categories${target}`, write)
    } catch (error) {
      return shownAgain(error, () => show(visit))
    }
    return { to: '/catalogue/categories?done=1' }
  },
})

export const categoryEditingPages: readonly Page[] = [
  { method: 'get', path: '/catalogue/categories', login: true, answer: show },
  change('/catalogue/categories', 'POST', bodyOf),
  change('/catalogue/categories/:id', 'PATCH', (form) => ({
    ...bodyOf(form),
    visible: form.visible === 'Y',
  })),
  change('/catalogue/categories/:id/delete', 'DELETE', () => undefined),
]
