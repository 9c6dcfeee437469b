/**
 * One book, and what readers say about it.
 *
 * @module
 */
import { referenceField } from '../forms/fields.ts'
import { flat, visible } from '../frame.ts'
import type { Page } from '../page.ts'
import type { Book, Category, Items, Voice } from '../shop/shapes.ts'
import { type Html, html, pathPart } from '../view/html.ts'
import { bookData, cover, coverImage, stockOf, tag } from '../view/parts.ts'

const statusTags: Readonly<Record<string, Html>> = { D: tag('last copies'), P: tag('pre-order') }

const fact = (name: string, value: Html | string | number | null | undefined): Html | null =>
  value ? html`<dt>${name}</dt><dd>${value}</dd>` : null

const details = (
  book: Book,
  category: Category | undefined,
): Html => html`<article class="detail" ${bookData(book)}>
  <div class="cover big" aria-hidden="true">${cover(book.title, 60)}${coverImage(book.id)}</div>
  <div>
    <h1 class="title"><bdi>${book.title}</bdi></h1>
    <p class="author">by <bdi>${book.author}</bdi></p>
    <p><strong class="price">$${book.price}</strong> ${stockOf(book.stock)} ${statusTags[book.status]}</p>
    <form action="/cart/items" method="post" class="row">
      ${referenceField()}
      <input type="hidden" name="book_id" value="${book.id}">
      <label>Copies <input type="number" name="quantity" value="1" min="1" max="99"></label>
      <button${book.stock > 0 ? '' : html` disabled`}>Add to cart</button>
    </form>
    ${book.description && html`<p class="text" dir="auto">${book.description}</p>`}
    <dl>
      ${fact('Shelf', category && html`<a href="${`/category/${pathPart(category.slug)}`}"><bdi>${category.name}</bdi></a>`)}
      ${fact('ISBN', book.isbn)}${fact('Published', book.published)}${fact('Weight', book.weight_g && `${book.weight_g} g`)}
    </dl>
  </div>
</article>`

const voice = ({ rating, body, name }: Voice): Html => {
  const stars = Math.max(0, Math.min(5, rating))
  return html`<blockquote><p role="img" aria-label="${stars} of 5">${'★'.repeat(stars) + '☆'.repeat(5 - stars)}</p>
      ${body && html`<p dir="auto">${body}</p>`}<footer><bdi>${name ?? 'A reader'}</bdi></footer></blockquote>`
}

const voices = (said: readonly Voice[] | null): Html => {
  if (said === null) return html`<p>Their words cannot be shown at the moment.</p>`
  if (said.length === 0) return html`<p>Nobody has said anything yet.</p>`
  return html`${said.map(voice)}`
}

const feedbackForm = (
  id: number,
): Html => html`<form action="${`/books/${id}/feedback`}" method="post" class="stack">
      ${referenceField()}
      <label>Stars <input type="number" name="rating" min="1" max="5" value="5" required></label>
      <label>Your words <textarea name="body" rows="3" maxlength="10000"></textarea></label>
      <button>Send</button>
    </form>`

/** The category, unless it or one above it is hidden. */
function shelfOf(book: Book, categories: readonly Category[]): Category | undefined {
  const shown = (some: readonly Category[]): readonly Category[] =>
    visible(some).flatMap((one) => [one, ...shown(one.children)])
  const known = flat(categories).some(({ id }) => id === book.category_id)
  return known ? shown(categories).find(({ id }) => id === book.category_id) : undefined
}

export const bookPages: readonly Page[] = [
  {
    method: 'get',
    path: '/books/:id',
    async answer(visit) {
      const { shop, ifOffered } = visit
      const id = visit.id('id', 'book')
      const asked = shop.get<Items<Voice>>('support', `/api/support/books/${id}/feedback`)
      const [book, said, { categories, user }] = await Promise.all([
        shop.get<Book>('catalog', `/api/books/${id}`),
        ifOffered('support', asked),
        visit.frame(),
      ])
      const body = html`${details(book, shelfOf(book, categories))}
<section>
  <h2>What readers say</h2>
  ${voices(said?.items ?? null)}
  ${user && feedbackForm(id)}
</section>`
      return { title: book.title, body }
    },
  },
  {
    method: 'post',
    path: '/books/:id/feedback',
    login: true,
    async answer(visit) {
      const id = visit.id('id', 'book')
      const body = { ...visit.form, book_id: id }
      const { reference } = visit.form
      await visit.shop.send('support', 'POST', '/api/feedback', { body, reference })
      return { to: `/books/${id}` }
    },
  },
]
