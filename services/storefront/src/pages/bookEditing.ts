/**
 * Staff look after the books: find, add, change, price, stock, delete.
 *
 * @module
 */
import { shownAgain } from '../forms/again.ts'
import { type Fields, orNull, referenceField, typed } from '../forms/fields.ts'
import { flat } from '../frame.ts'
import type { Page, Shown } from '../page.ts'
import type { Book, BookPage, Category } from '../shop/shapes.ts'
import { type Html, html } from '../view/html.ts'
import { bookData, option, stockOf, tokenField } from '../view/parts.ts'
import type { Visit } from '../visit.ts'
import { coverEditingPages, coverForms } from './coverEditing.ts'
import { listQuery, pager } from './lists.ts'

const statuses = [
  ['A', 'on sale'],
  ['P', 'pre-order'],
  ['D', 'last copies'],
] as const

const row = (book: Book): Html =>
  html`<li ${bookData(book)}><a href="${`/catalogue/books/${book.id}`}"><bdi>${book.title}</bdi></a><span><bdi>${book.author}</bdi></span><strong>$${book.price}</strong>${stockOf(book.stock)}</li>`

function detailFields(form: Fields, book: Partial<Book>, categories: readonly Category[]): Html {
  const value = (name: 'title' | 'author' | 'isbn' | 'published' | 'weight_g' | 'low_stock') =>
    typed(form, name) ?? book[name]
  const category = typed(form, 'category_id') ?? String(book.category_id ?? '')
  const status = typed(form, 'status') ?? book.status ?? 'A'
  const featured = 'title' in form ? form.featured === 'Y' : book.featured === true
  return html`<label>Title <input name="title" value="${value('title')}" required maxlength="300"></label>
  <label>Author <input name="author" value="${value('author')}" required maxlength="300"></label>
  <label>ISBN <input name="isbn" value="${value('isbn')}" maxlength="20"></label>
  <label>Shelf <select name="category_id"><option value="">none</option>${flat(categories).map((one) => option(one.id, one.name, String(one.id) === category))}</select></label>
  <label>Status <select name="status">${statuses.map(([code, words]) => option(code, words, code === status))}</select></label>
  <label>Published <input type="date" name="published" value="${value('published')}"></label>
  <label>Weight, grams <input type="number" name="weight_g" value="${value('weight_g')}" min="0" max="65535"></label>
  <label>Few are left below <input type="number" name="low_stock" value="${value('low_stock') ?? 5}" min="0" max="1000000" required></label>
  <label class="check"><input type="checkbox" name="featured" value="Y"${featured ? html` checked` : ''}> People talk about it</label>
  <label>Description <textarea name="description" rows="6" maxlength="10000">
${typed(form, 'description') ?? book.description}</textarea></label>`
}

/** The fields above as the catalogue takes them. */
const detailsOf = (form: Fields): Fields => ({
  title: form.title,
  author: form.author,
  isbn: orNull(form.isbn),
  category_id: orNull(form.category_id),
  status: form.status,
  published: orNull(form.published),
  weight_g: orNull(form.weight_g),
  low_stock: form.low_stock,
  featured: form.featured === 'Y',
  description: orNull(form.description),
})

async function showNew(visit: Visit): Promise<Shown> {
  await visit.mustBe('staff')
  const { categories } = await visit.frame()
  const body = html`<p><a href="/catalogue">Catalogue</a></p><h1>A new book</h1>
<form action="/catalogue/books" method="post" class="stack">
  ${tokenField(visit)}${referenceField()}
  ${detailFields(visit.form, {}, categories)}
  <label>Price <input name="price" value="${typed(visit.form, 'price')}" required inputmode="decimal" pattern="[0-9]{1,8}([.][0-9]{1,2})?"></label>
  <label>Copies <input type="number" name="stock" value="${typed(visit.form, 'stock') ?? 0}" min="0" max="1000000" required></label>
  <button>Add it</button>
</form>`
  return { title: 'A new book', body }
}

async function showBook(visit: Visit): Promise<Shown> {
  const id = visit.id('id', 'book')
  const [book, , { categories }] = await Promise.all([
    visit.shop.get<Book>('catalog', `/api/books/${id}`),
    visit.mustBe('staff'),
    visit.frame(),
  ])
  const to = (what: string): string => `/catalogue/books/${id}${what}`
  const body = html`<p><a href="/catalogue">Catalogue</a></p>
<article ${bookData(book)}><h1><bdi>${book.title}</bdi></h1>
<p><strong class="price">$${book.price}</strong> ${stockOf(book.stock)} <a href="${`/books/${id}`}">as customers see it</a></p>
<div class="two">
<section><h2>Price</h2><form action="${to('/price')}" method="post" class="row">${tokenField(visit)}${referenceField()}
  <label>New price <input name="price" value="${book.price}" required inputmode="decimal" pattern="[0-9]{1,8}([.][0-9]{1,2})?"></label><button>Set</button></form>
<h2>Stock</h2><form action="${to('/stock')}" method="post" class="row">${tokenField(visit)}${referenceField()}
  <label>Copies more, or fewer with a minus <input type="number" name="delta" required min="-1000000" max="1000000"></label><button>Book it</button></form>
${coverForms(visit, id)}
<h2>Delete</h2><form action="${to('/delete')}" method="post" class="row">${tokenField(visit)}<label class="check"><input type="checkbox" required> for ever</label><button class="plain">Delete</button></form></section>
<section><h2>Details</h2><form action="${to('')}" method="post" class="stack">${tokenField(visit)}
  ${detailFields(visit.form, book, categories)}<button>Save</button></form></section>
</div></article>`
  return { title: book.title, body, note: visit.query('done') === '' ? null : 'Saved.' }
}

/** A form about one book; afterwards its page, or elsewhere. */
const change = (
  what: string,
  method: 'PATCH' | 'PUT' | 'POST' | 'DELETE',
  bodyOf: (form: Fields) => Fields | undefined,
): Page => ({
  method: 'post',
  path: `/catalogue/books/:id${what}`,
  login: true,
  token: true,
  async answer(visit) {
    const id = visit.id('id', 'book')
    const path = what === '/delete' ? '' : what
    const body = bodyOf(visit.form)
    try {
      const write = body === undefined ? {} : { body }
      await visit.shop.send('catalog', method, `/api/books/${id}${path}`, write)
    } catch (error) {
      return shownAgain(error, () => showBook(visit))
    }
    return { to: what === '/delete' ? '/catalogue?done=1' : `/catalogue/books/${id}?done=1` }
  },
})

export const bookEditingPages: readonly Page[] = [
  {
    method: 'get',
    path: '/catalogue',
    login: true,
    async answer(visit) {
      const query = listQuery(visit, 'q', 'page')
      const [list] = await Promise.all([
        visit.shop.get<BookPage>('catalog', `/api/books?${query}`),
        visit.mustBe('staff'),
      ])
      const body = html`<h1>Catalogue</h1>
<p class="row"><a class="button" href="/catalogue/new">A new book</a> <a href="/catalogue/categories">Shelves</a></p>
<form action="/catalogue" class="row"><label>Find <input type="search" name="q" value="${visit.query('q')}" minlength="2" maxlength="100"></label><button>Find</button></form>
<ul class="lines">${list.items.map(row)}</ul>
${pager('/catalogue', query, list)}`
      return { title: 'Catalogue', body, note: visit.query('done') === '' ? null : 'Done.' }
    },
  },
  { method: 'get', path: '/catalogue/new', login: true, answer: showNew },
  {
    method: 'post',
    path: '/catalogue/books',
    login: true,
    token: true,
    async answer(visit) {
      const { price, stock, reference } = visit.form
      const body = { ...detailsOf(visit.form), price, stock, reference }
      try {
        const { json } = await visit.shop.send('catalog', 'POST', '/api/books', { body })
        return { to: `/catalogue/books/${(json as Book).id}?done=1` }
      } catch (error) {
        return shownAgain(error, () => showNew(visit))
      }
    },
  },
  { method: 'get', path: '/catalogue/books/:id', login: true, answer: showBook },
  change('', 'PATCH', detailsOf),
  change('/price', 'PUT', ({ price, reference }) => ({ price, reference })),
  change('/stock', 'POST', ({ delta, reference }) => ({ delta, reference })),
  change('/delete', 'DELETE', () => undefined),
  ...coverEditingPages(showBook),
]
