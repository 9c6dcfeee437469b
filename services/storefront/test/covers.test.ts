import { expect } from 'chai'
import { png } from '../../catalog/test/covers/pictures.ts'
import { mostOctets } from '../src/http/upload.ts'
import { type FakeShop, fakeShop } from './fakeShop.ts'
import { dataOf, formOf, type Running, runStorefront, visitor } from './running.ts'
import { shopAnswers } from './samples.ts'

describe('covers', function () {
  this.timeout(20_000)
  const path = '/catalogue/books/7/cover'
  let shop: FakeShop
  let storefront: Running
  const staff = () => visitor(storefront.url, new Map([['sid', 'abc']]))

  before(async () => {
    shop = await fakeShop({}, false)
    storefront = await runStorefront(shop.url)
  })
  after(async () => {
    await storefront?.stop()
    await shop?.stop()
  })
  beforeEach(() => {
    shop.answers = { ...shopAnswers((plain) => plain), 'PUT /api/books/7/cover': {} }
    shop.asked.length = 0
  })
  const puts = () => shop.asked.filter(({ method }) => method === 'PUT')
  const token = async () =>
    formOf((await staff().see('/catalogue/books/7')).html, '/catalogue/books/7/price').form_token ??
    ''

  /** As a browser sends the form. */
  async function upload(
    fields: Readonly<Record<string, string | File>>,
    headers: Readonly<Record<string, string>> = { cookie: 'sid=abc' },
  ) {
    const body = new FormData()
    for (const [name, value] of Object.entries(fields)) body.append(name, value)
    const response = await fetch(`${storefront.url}${path}`, {
      method: 'POST',
      redirect: 'manual',
      headers,
      body,
    })
    return {
      status: response.status,
      location: response.headers.get('location'),
      html: await response.text(),
    }
  }
  const picture = (octets: Uint8Array<ArrayBuffer> = new Uint8Array(png), type = 'image/png') =>
    new File([octets], 'cover.png', { type })

  it('are shown over the title, wherever a book is', async () => {
    for (const page of ['/', '/search?q=abc', '/find?q=abc', '/category/shelf', '/books/7']) {
      const { html, headers } = await staff().see(page)
      expect(html, page).to.include('<img src="/api/books/7/cover" alt=""')
      expect(headers.get('content-security-policy')).to.include("img-src 'self'")
    }
  })

  it('are handed on as they came, in the visitor’s name', async () => {
    const { status, location } = await upload({ form_token: await token(), cover: picture() })
    expect([status, location]).to.deep.equal([303, '/catalogue/books/7?done=1'])
    const [call] = puts()
    expect(call?.headers).to.include({ 'content-type': 'image/png', cookie: 'sid=abc' })
    expect(Buffer.compare(call?.body as Buffer, png)).to.equal(0)
  })

  it('are asked for by nobody without the form’s token, nor from elsewhere, nor without a login', async () => {
    const form_token = await token()
    const cover = picture()
    expect((await upload({ cover })).status).to.equal(403)
    expect((await upload({ form_token: 'x', cover })).status).to.equal(403)
    const evil = { cookie: 'sid=abc', origin: 'https://evil.test' }
    expect((await upload({ form_token, cover }, evil)).status).to.equal(403)
    expect((await upload({ form_token, cover }, {})).status).to.equal(401)
    expect(puts()).to.deep.equal([])
  })

  it('of exactly two mebibytes pass, of more are answered 413 on a page that says so', async () => {
    const form_token = await token()
    const full = await upload({ form_token, cover: picture(new Uint8Array(mostOctets)) })
    expect(full.status).to.equal(303)
    for (const length of [mostOctets + 20_000, 7 * 1024 * 1024]) {
      const { status, html } = await upload({ form_token, cover: picture(new Uint8Array(length)) })
      expect([status, ...dataOf(html, 'error-code')]).to.deep.equal([413, 'payload_too_large'])
      expect(html).to.include('at most 2 MiB').and.include('</html>')
    }
    expect(puts()).to.have.length(1)
  })

  it('that the catalogue refuses are answered on the form’s page, with its reason', async () => {
    shop.answers['PUT /api/books/7/cover'] = 415
    const { status, html } = await upload({
      form_token: await token(),
      cover: picture(new Uint8Array(png), 'image/svg+xml'),
    })
    expect(status).to.equal(415)
    expect(html).to.include('role="alert"').and.include(`<form action="${path}" method="post"`)
  })

  it('that are none are refused here', async () => {
    const form_token = await token()
    for (const fields of [{}, { cover: 'words' }, { cover: picture(new Uint8Array()) }]) {
      const { status, html } = await upload({ form_token, ...fields })
      expect([status, html.includes('Choose a picture first')]).to.deep.equal([400, true])
    }
    expect(puts()).to.deep.equal([])
  })

  it('come off again', async () => {
    shop.answers['DELETE /api/books/7/cover'] = 204
    const visit = staff()
    const page = await visit.see('/catalogue/books/7')
    const form = formOf(page.html, `${path}/delete`)
    expect((await visit.send(`${path}/delete`, form)).location).to.equal(
      '/catalogue/books/7?done=1',
    )
  })
})
