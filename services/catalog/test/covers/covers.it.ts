import { expect } from 'chai'
import { sharedStack } from '../../../../scripts/src/stack/testing.ts'
import { mostOctets } from '../../src/covers/image.ts'
import { forgetOld } from '../../src/retention.ts'
import { type Running, runApp } from '../running.ts'
import { openStore, type Store } from '../store.ts'
import { jpeg, png } from './pictures.ts'

describe('covers', function () {
  this.timeout(30_000)
  let store: Store
  let service: Running
  let book: number

  before(async () => {
    store = await openStore(await sharedStack('services-db'))
    service = await runApp(store.database)
  })
  after(async () => {
    await service?.stop()
    await store?.close()
  })
  beforeEach(async () => {
    const body = { title: 'Covered', author: 'A', price: '1.00' }
    book = Number((await service.ask('staff', 'POST', '/api/books', body)).json.id)
  })

  const path = () => `/api/books/${book}/cover`
  const send = async (
    method: string,
    role: string | null,
    body?: Buffer,
    headers: Record<string, string> = { 'content-type': 'image/png' },
  ) => {
    const identity = role === null ? {} : { 'x-matapalo-identity': await service.identity(role) }
    const response = await fetch(service.url + path(), {
      method,
      headers: { ...identity, ...headers },
      ...(body === undefined ? {} : { body: new Uint8Array(body) }),
    })
    const octets = Buffer.from(await response.arrayBuffer())
    const json = /json/.test(response.headers.get('content-type') ?? '')
      ? JSON.parse(octets.toString())
      : {}
    return { status: response.status, headers: response.headers, octets, json }
  }
  const put = (body: Buffer, type = 'image/png', role: string | null = 'staff') =>
    send('PUT', role, body, { 'content-type': type })
  const get = (headers: Record<string, string> = {}) => send('GET', null, undefined, headers)

  it('come back as they were sent, and are nothing else to a browser', async () => {
    expect((await put(png)).status).to.equal(201)
    const { status, octets, headers } = await get()
    expect([status, octets.equals(png)]).to.deep.equal([200, true])
    expect(headers.get('content-type')).to.equal('image/png')
    expect(headers.get('x-content-type-options')).to.equal('nosniff')
    expect(headers.get('content-security-policy')).to.equal("default-src 'none'; sandbox")
  })

  it('are replaced at once, and asked for again only when they changed', async () => {
    await put(png)
    const first = await get()
    const tag = first.headers.get('etag') ?? ''
    expect(first.headers.get('cache-control')).to.equal('public, no-cache')
    const same = await get({ 'if-none-match': tag, 'cache-control': 'max-age=0' })
    expect([same.status, same.octets.length]).to.deep.equal([304, 0])
    expect((await put(jpeg, 'image/jpeg')).status).to.equal(200)
    const changed = await get({ 'if-none-match': tag, 'cache-control': 'max-age=0' })
    expect([changed.status, changed.headers.get('content-type')]).to.deep.equal([200, 'image/jpeg'])
  })

  it('may be kept for ever under the address that names their content', async () => {
    const { json } = await put(png)
    const kept = await fetch(service.url + json.url)
    expect(kept.headers.get('cache-control')).to.contain('immutable')
    const other = await fetch(`${service.url}${path()}?v=${'0'.repeat(64)}`)
    expect(other.headers.get('cache-control')).to.equal('public, no-cache')
  })

  it('are told as a change of the book', async () => {
    await put(png)
    const types = (await store.events('product', String(book))).map(({ type }) => type)
    expect(types).to.deep.equal(['product.created', 'product.changed'])
  })

  it('are of staff only, who are asked before the content is', async () => {
    const large = Buffer.alloc(mostOctets + 1)
    expect((await put(large, 'image/png', null)).status).to.equal(401)
    expect((await put(png, 'image/png', 'customer')).status).to.equal(403)
    expect((await send('DELETE', 'customer')).status).to.equal(403)
  })

  for (const [what, body, type, status, code] of [
    [
      'more than two mebibytes',
      Buffer.alloc(mostOctets + 1),
      'image/png',
      413,
      'payload_too_large',
    ],
    ['a page', Buffer.from('<html>'), 'text/html', 415, 'unsupported_media_type'],
    ['a script in a picture’s clothes', Buffer.from('<script>'), 'image/png', 400, 'invalid_image'],
    ['JSON', Buffer.from('{}'), 'application/json', 415, 'unsupported_media_type'],
  ] as const) {
    it(`refuse ${what}`, async () => {
      const answer = await put(body, type)
      expect(answer.headers.get('content-type')).to.contain('application/problem+json')
      expect([answer.status, answer.json.code]).to.deep.equal([status, code])
      expect((await get()).status).to.equal(404)
    })
  }

  it('take exactly two mebibytes', async () => {
    const full = Buffer.concat([png, Buffer.alloc(mostOctets - png.length)])
    expect((await put(full)).status).to.equal(201)
    expect((await get()).octets.length).to.equal(mostOctets)
  })

  it('are not there for a book that is not there', async () => {
    await put(png)
    await service.ask('staff', 'DELETE', `/api/books/${book}`)
    expect((await get()).status).to.equal(404)
    const answer = await put(png)
    expect([answer.status, answer.json.code]).to.deep.equal([404, 'not_found'])
    expect(await store.database('product_cover').where('product_id', book)).to.deep.equal([])
  })

  it('go with a book that somebody else deleted, later', async () => {
    await put(png)
    await store.root('inventory').where('product_id', book).delete()
    await store.root('product').where('id', book).delete()
    expect((await get()).status).to.equal(404)
    await store.root('product_cover').update({ updated_at: '2020-01-01 00:00:00' })
    await forgetOld(store.database)
    expect(await store.database('product_cover').where('product_id', book)).to.deep.equal([])
  })

  it('are deleted once', async () => {
    await put(png)
    expect((await send('DELETE', 'staff', undefined, {})).status).to.equal(204)
    expect((await send('DELETE', 'staff', undefined, {})).status).to.equal(404)
  })
})
