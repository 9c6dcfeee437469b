/** Who changes books, categories and reservations: by the document, those whose work it is. */
import { randomUUID } from 'node:crypto'
import { type Database, openDatabase } from '@bookshop/kit/database'
import { silentLog } from '@bookshop/kit/log'
import { expect } from 'chai'
import { sharedStack } from '../../../../scripts/src/stack/testing.ts'
import { newMint } from '../../../kit/test/pen.ts'
import {
  type Caller,
  documentOf,
  type Instance,
  type Operation,
  type Reached,
  reach,
} from '../../../kit/test/reach.ts'
import { type Running, runApp } from '../running.ts'

describe('who changes the catalog', function () {
  this.timeout(300_000)
  const mint = newMint()
  const mine = `made here ${randomUUID()}`
  let database: Database
  let service: Running
  let book = 0
  let category = 0
  let found: Reached

  async function about({ path }: Operation): Promise<readonly Instance[]> {
    let id: unknown = path.startsWith('/api/categories') ? category : book
    if (path.includes('{slug}')) id = 'no-such-shelf'
    if (path.includes('{ref}')) {
      id = randomUUID()
      const items = [{ book_id: book, quantity: 1 }]
      await service.ask('system', 'POST', '/api/catalog/reservations', { order_ref: id, items })
    }
    return [{ path: path.replace(/\{\w+\}/, String(id)), isOwned: false }]
  }

  async function ask({ name, roles, scopes }: Caller, method: string, path: string, body: unknown) {
    const role = name === 'nobody' || scopes ? null : (roles[0] ?? 'customer')
    const token = scopes && mint.token({ sub: 'orders', roles, scope: scopes.join(' ') })
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
    const { status, json } = await service.ask(role, method, path, body, headers)
    return { status, text: JSON.stringify(json) }
  }

  const things = (): Promise<unknown> =>
    Promise.all([
      database('product').where({ id: book }),
      database('inventory').where({ product_id: book }),
      database('category').where({ id: category }),
      // What an outsider would have made.
      database('category').where({ name: mine }).count(),
      database('product').where({ title: mine }).count(),
    ])

  before(async () => {
    const { urls } = await sharedStack('services-db')
    database = openDatabase(new URL(urls['services-db.catalog'] ?? ''), 4)
    service = await runApp(database, silentLog, undefined, mint)
    const made = { title: 'A book', author: 'A', price: '10.00', stock: 60 }
    book = Number((await service.ask('staff', 'POST', '/api/books', made)).json.id)
    const shelf = { name: 'A shelf', slug: `shelf-${randomUUID()}` }
    category = Number((await service.ask('staff', 'POST', '/api/categories', shelf)).json.id)
    found = await reach(documentOf('catalog'), {
      knowsPrograms: true,
      about,
      fields: () => ({
        title: mine,
        name: mine,
        slug: `shelf-${randomUUID()}`,
        status: 'A',
        delta: 1,
        order_ref: randomUUID(),
        items: [{ book_id: book, quantity: 1 }],
      }),
      ask,
      secrets: () => [],
      things,
      alsoMay: {},
      leftOut: {},
      unshown: {
        deleteBook: 'it would end what the rest is about',
        deleteCategory: 'the same',
        putCover: 'a picture, shown by another test',
        deleteCover: 'there is none',
        createBook: 'shown by another test',
        createCategory: 'shown by another test',
      },
    })
  })
  after(async () => {
    await service?.stop()
    await database?.destroy()
  })

  it('is nobody but those whose work it is, by no verb of any path', () => {
    expect(found.wrong).to.deep.equal([])
    expect(found.asked).to.be.at.least(200)
  })
})
