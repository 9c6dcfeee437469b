/**
 * The whole document around a page's own part.
 *
 * @module
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { type Frame, visible } from '../frame.ts'
import { type Area, areaWords } from '../shop/areas.ts'
import type { User } from '../shop/shapes.ts'
import { type Html, html, pathPart } from './html.ts'

export const assetFolder = new URL('../assets/', import.meta.url)

/** The old shop serves a style sheet of this name too, so a page outlives a move of the pages. */
const style = createHash('sha256')
  .update(readFileSync(new URL('shop.css', assetFolder)))
  .digest('hex')
  .slice(0, 8)

export interface Sheet {
  readonly title: string
  readonly body: Html
  /** What went wrong with the form below. */
  readonly problem?: string | null
  /** What was done. */
  readonly note?: string | null
  /** What was searched for. */
  readonly q?: string
}

const staffLinks = ({ roles }: User): Html => html`
        ${roles.some((role) => role === 'agent' || role === 'staff') && html`<a href="/desk">Desk</a>`}
        ${roles.includes('staff') && html`<a href="/catalogue">Catalogue</a>`}`

const account = ({ user, userUnknown }: Frame): Html => {
  if (userUnknown) return html`<span class="quiet-text">Your account does not answer</span>`
  if (!user) return html`<a href="/login">Log in</a>`
  return html`<a href="/orders">Orders</a>
        <a href="/support">Support</a>${staffLinks(user)}
        <a href="/account" data-user-id="${user.id}"><bdi>${user.name}</bdi></a>
        <form action="/logout" method="post"><button class="link">Log out</button></form>`
}

const missingNote = (missing: ReadonlySet<Area>): Html | null =>
  missing.size === 0
    ? null
    : html`<p class="note" role="status" data-missing="${[...missing].sort().join(' ')}">Not everything can be shown at the moment: ${[
        ...missing,
      ]
        .sort()
        .map((area) => areaWords[area])
        .join('; ')}. Please look again in a little while.</p>`

export const layout = (
  sheet: Sheet,
  frame: Frame,
  missing: ReadonlySet<Area>,
): Html => html`<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>${sheet.title} · The Bookshop</title>
  <link rel="stylesheet" href="${`/assets/shop.css?v=${style}`}">
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header class="top">
  <div class="wrap bar">
    <a class="brand" href="/">The Bookshop</a>
    <form class="search" action="/search" role="search">
      <label class="quiet" for="q">Search</label>
      <input id="q" type="search" name="q" value="${sheet.q ?? ''}" placeholder="Title, author or ISBN" minlength="2" maxlength="100" required>
      <button>Search</button>
    </form>
    <nav aria-label="Account">
      <a href="/cart">Cart <span class="count" data-cart-count="${frame.cartCount}">${frame.cartCount}</span></a>
      ${account(frame)}
    </nav>
  </div>
  <nav class="wrap shelves" aria-label="Shelves">
    ${visible(frame.categories).map((shelf) => html`<a href="${`/category/${pathPart(shelf.slug)}`}"><bdi>${shelf.name}</bdi></a>`)}
  </nav>
</header>
<main class="wrap" id="main" tabindex="-1">
${missingNote(missing)}
${sheet.problem && html`<p class="problem" role="alert">${sheet.problem}</p>`}
${sheet.note && html`<p class="note" role="status">${sheet.note}</p>`}
${sheet.body}
</main>
<footer class="wrap foot">The Bookshop, Bogotá · <a href="/support">Help</a></footer>
</body>
</html>
`
