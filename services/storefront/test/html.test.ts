import { expect } from 'chai'
import fc from 'fast-check'
import { parseFragment } from 'parse5'
import { html, isOwnPath } from '../src/view/html.ts'

interface Node {
  readonly nodeName: string
  readonly value?: string
  readonly attrs?: readonly { readonly name: string; readonly value: string }[]
  readonly childNodes?: readonly Node[]
}

describe('html', () => {
  it('keeps whatever text is given in its place, in text and in an attribute', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({
        unit: fc.constantFrom('<', '>', '"', "'", '&', '`', '/', '=', ' ', 'a', '-', '!'),
      }),
      fc.constantFrom('</p><script>alert(1)</script>', '" onload="x', '&lt;', '<!--', ']]>', '\0<'),
    )
    fc.assert(
      fc.property(text, text, (inText, inAttribute) => {
        const made = html`<p title="${inAttribute}">${inText}</p>`
        const [p, ...more] = (parseFragment(made.text) as Node).childNodes ?? []
        expect(more).to.have.length(0)
        expect(p?.nodeName).to.equal('p')
        expect(p?.attrs?.map(({ name }) => name)).to.deep.equal(['title'])
        for (const child of p?.childNodes ?? []) expect(child.nodeName).to.equal('#text')
      }),
      { numRuns: 400 },
    )
  })

  it('shows well-formed text unchanged', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const [p] = (parseFragment(html`<p>${text}</p>`.text) as Node).childNodes ?? []
        expect(p?.childNodes?.map(({ value }) => value).join('') ?? '').to.equal(text)
      }),
    )
  })

  it('throws where a value of an attribute would stand without quotes', () => {
    expect(() => html`<p title=${'x'}>`).to.throw(TypeError)
  })

  it('throws where a link would leave the shop', () => {
    for (const to of ['javascript:alert(1)', '//evil.test', '/\\evil.test', 'https://evil.test']) {
      expect(() => html`<a href="${to}">`, to).to.throw(TypeError)
      expect(isOwnPath(to), to).to.equal(false)
    }
  })

  it('prints lists and templates as they are, nothing for what is absent', () => {
    const items = ['<', '&'].map((one) => html`<b>${one}</b>`)
    expect(html`${items}${null}${undefined}${false}${0}`.text).to.equal('<b>&lt;</b><b>&amp;</b>0')
  })
})
