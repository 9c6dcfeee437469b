/**
 * Staff put a cover on a book, or take it off.
 *
 * @module
 */
import { shownAgain } from '../forms/again.ts'
import type { Page, Shown } from '../page.ts'
import { ShopRefused, type Write } from '../shop/shop.ts'
import { type Html, html } from '../view/html.ts'
import { coverImage, tokenField } from '../view/parts.ts'
import type { Visit } from '../visit.ts'

export const coverForms = (
  visit: Visit,
  id: number,
): Html => html`<h2>Cover</h2><div class="cover small" aria-hidden="true">no cover yet${coverImage(id)}</div>
<form action="${`/catalogue/books/${id}/cover`}" method="post" enctype="multipart/form-data" class="row">${tokenField(visit)}
  <label>JPEG, PNG or WebP, 2 MiB at most <input type="file" name="cover" accept="image/jpeg,image/png,image/webp" required></label><button>Upload</button></form>
<form action="${`/catalogue/books/${id}/cover/delete`}" method="post">${tokenField(visit)}<button class="link">Remove the cover</button></form>`

async function chosen({ form }: Visit): Promise<Write> {
  const { cover } = form
  if (!(cover instanceof File) || cover.size === 0)
    throw new ShopRefused(400, 'invalid_field', 'Choose a picture first', 'cover')
  return { content: { type: cover.type, octets: new Uint8Array(await cover.arrayBuffer()) } }
}

const change = (
  what: string,
  method: 'PUT' | 'DELETE',
  write: (visit: Visit) => Promise<Write>,
  show: (visit: Visit) => Promise<Shown>,
): Page => ({
  method: 'post',
  path: `/catalogue/books/:id${what}`,
  login: true,
  token: true,
  ...(method === 'PUT' ? { upload: true } : {}),
  async answer(visit) {
    const id = visit.id('id', 'book')
    try {
      await visit.shop.send('catalog', method, `/api/books/${id}/cover`, await write(visit))
    } catch (error) {
      return shownAgain(error, () => show(visit))
    }
    return { to: `/catalogue/books/${id}?done=1` }
  },
})

/** @param show the page with the forms, for showing it again */
export const coverEditingPages = (show: (visit: Visit) => Promise<Shown>): readonly Page[] => [
  change('/cover', 'PUT', chosen, show),
  change('/cover/delete', 'DELETE', async () => ({}), show),
]
