import { expect } from 'chai'
import fc from 'fast-check'
import { parse } from 'parse5'
import { sealWith } from '../src/forms/seal.ts'
import { type FakeShop, fakeShop } from './fakeShop.ts'
import { type Running, runStorefront, type Visitor, visitor } from './running.ts'
import { botAnswer, paths, shopAnswers } from './samples.ts'

interface Node {
  readonly nodeName: string
  readonly attrs?: readonly { readonly name: string; readonly value: string }[]
  readonly childNodes?: readonly Node[]
}

/** Elements and the names of their attributes, without any text. */
const shapeOf = (node: Node): unknown => [
  node.nodeName,
  node.attrs?.map(({ name }) => name) ?? [],
  (node.childNodes ?? []).filter(({ nodeName }) => nodeName !== '#text').map(shapeOf),
]
const attributesOf = (node: Node): readonly { name: string; value: string }[] => [
  ...(node.attrs ?? []),
  ...(node.childNodes ?? []).flatMap(attributesOf),
]

const attacks = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  '</title></textarea></select></style><svg onload=alert(1)>',
  '<!--',
  ']]><![CDATA[',
  'javascript:alert(1)',
  '&lt;script&gt;',
  "'; DROP TABLE books; --",
  // biome-ignore lint/suspicious/noTemplateCurlyInString: of another template language
  '${7*7}<%= 7*7 %>{{7*7}}',
  '\u202e\u0000\ud800',
  '</form><form action="//evil.test">',
]

describe('whatever the shop’s rows hold', function () {
  this.timeout(60_000)
  let shop: FakeShop
  let storefront: Running
  let staff: Visitor

  before(async () => {
    shop = await fakeShop(
      shopAnswers((plain) => plain),
      false,
    )
    storefront = await runStorefront(shop.url)
    staff = visitor(storefront.url, new Map([['sid', 'abc']]))
  })
  after(async () => {
    await storefront.stop()
    await shop.stop()
  })

  const look = async (path: string): Promise<Node> => parse((await staff.see(path)).html) as Node

  /** Each page keeps its elements and attributes; links stay in the shop. */
  const check = async (attack: string, some: readonly string[]): Promise<void> => {
    for (const path of some) {
      shop.answers = shopAnswers((plain) => plain)
      const plain = await look(path)
      shop.answers = shopAnswers(() => attack)
      const attacked = await look(path)
      expect(shapeOf(attacked), `${path} ${attack}`).to.deep.equal(shapeOf(plain))
      for (const { name, value } of attributesOf(attacked)) {
        if (!['href', 'action', 'src'].includes(name)) continue
        expect(value, `${path} ${attack}`).to.match(/^(?:\/(?!\/)|#main$)/)
      }
    }
  }

  for (const attack of attacks) {
    it(`every page shows ${JSON.stringify(attack)} as text`, () => check(attack, paths))
  }

  it('and any other text', async () => {
    const piece = fc.constantFrom(...'<>"\'&`/=-! \n', 'script', 'on', 'x', '\\', '%', ';')
    const text = fc.array(piece, { minLength: 1, maxLength: 12 }).map((some) => some.join(''))
    const page = fc.constantFrom(...paths)
    const property = fc.asyncProperty(text, page, (attack, path) => check(attack, [path]))
    await fc.assert(property, { numRuns: 150 })
  })

  it('what a visitor asks or types is shown as text too', async () => {
    for (const attack of attacks.filter((one) => one.isWellFormed())) {
      const q = encodeURIComponent(attack)
      const others = [
        `/search?q=${q}`,
        `/find?q=${q}&category=${q}`,
        `/login?next=${q}`,
        `/account/reset?token=${q}`,
        `/desk?kind=${q}`,
      ]
      for (const path of [...others, `/category/${q}`, `/catalogue?q=${q}`]) {
        const attributes = attributesOf(await look(path))
        const names = new Set(attributes.map(({ name }) => name))
        expect(
          [...names].filter((name) => name.startsWith('on')),
          path,
        ).to.deep.equal([])
        expect(JSON.stringify(shapeOf(await look(path))), path).to.not.match(/"(?:script|svg)"/)
        const pictures = attributes.filter(({ name }) => name === 'src')
        for (const { value } of pictures) expect(value, path).to.match(/^\/api\/books\/\d+\/cover$/)
      }
    }
  })

  it('and what the assistant says', async () => {
    const seal = sealWith('a secret of the tests, long enough', Date.now)
    for (const attack of attacks) {
      const note = encodeURI(
        seal.write(
          botAnswer(() => attack),
          'abc',
        ),
      )
      const cookies = new Map([
        ['sid', 'abc'],
        ['answer', note],
      ])
      const page = parse((await visitor(storefront.url, cookies).see('/assistant')).html) as Node
      expect(JSON.stringify(shapeOf(page))).to.not.match(/"(?:script|svg|img)"/)
    }
  })
})
