/**
 * Pieces that several pages show.
 *
 * @module
 */
import type { Book, Message } from '../shop/shapes.ts'
import type { Visit } from '../visit.ts'
import { type Html, html } from './html.ts'

export const stockOf = (stock: number): Html =>
  html`<span class="stock${stock > 0 ? '' : ' none'}">${stock > 0 ? `${stock} in stock` : 'sold out'}</span>`

/** Clients read these three. */
export const bookData = (book: { id: number; price: string; stock: number }): Html =>
  html`data-book-id="${book.id}" data-price="${book.price}" data-stock="${book.stock}"`

const cut = (text: string, most: number): string => [...text].slice(0, most).join('')

/**
 * Over the title that stands in a cover's place. Whether a book has a cover is known to the catalogue
 * alone; where there is none, a picture without words of its own shows nothing, and the title stays.
 */
export const coverImage = (id: number): Html =>
  html`<img src="${`/api/books/${id}/cover`}" alt="" loading="lazy" decoding="async">`

export const cover = (title: string, most: number): Html => html`<bdi>${cut(title, most)}</bdi>`

export const bookCard = (book: Book): Html => html`<article class="book" ${bookData(book)}>
  <a class="cover" href="${`/books/${book.id}`}" tabindex="-1" aria-hidden="true">${cover(book.title, 40)}${coverImage(book.id)}</a>
  <h3><a href="${`/books/${book.id}`}"><bdi>${book.title}</bdi></a></h3>
  <p class="author"><bdi>${book.author}</bdi></p>
  <p><strong class="price">$${book.price}</strong> ${stockOf(book.stock)}</p>
</article>`

export const bookGrid = (books: readonly Book[]): Html =>
  html`<section class="books">${books.map(bookCard)}</section>`

/** `2026-11-21T18:05:09-05:00`, shown to the minute of the shop's own clock. */
export const time = (instant: string): Html =>
  html`<time datetime="${instant}">${instant.slice(0, 16).replace('T', ' ')}</time>`

export const tag = (text: string): Html => html`<span class="tag">${text}</span>`

export const quote = (message: Message, customer: string): Html =>
  html`<blockquote class="${message.from_staff ? 'staff' : ''}"><p class="text" dir="auto">${message.body}</p><footer>${message.from_staff ? 'The Bookshop' : customer}, ${time(message.created)}</footer></blockquote>`

export const option = (value: string | number, words: string, chosen: boolean): Html =>
  html`<option value="${value}"${chosen ? html` selected` : ''}>${words}</option>`

/** In every form that only the storefront renders. */
export const tokenField = ({ seal, caller }: Visit): Html =>
  html`<input type="hidden" name="form_token" value="${seal.token(caller.credential ?? '')}">`
