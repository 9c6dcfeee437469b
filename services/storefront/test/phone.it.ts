/**
 * The pages in a real browser of a phone's size: nothing hangs over the edge, and a finger gets a
 * customer from the front page to an order and to a ticket.
 *
 * @module
 */
import { expect } from 'chai'
import {
  type Chromium,
  chromiumIsInstalled,
  type Locator,
  openChromium,
  type Page,
} from '../../../scripts/src/chromium.ts'
import { type FakeShop, fakeShop } from './fakeShop.ts'
import { type Running, runStorefront } from './running.ts'
import { paths, shopAnswers } from './samples.ts'

const width = 390
/** Least height of what is tapped, in CSS pixels: WCAG 2.2, 2.5.5 asks for 44. */
const finger = 44

// Texts, not functions: they run in the browser, whose names the types of this project do not know.

/** What reaches over the right edge though nothing scrolls it there; '' when nothing does. */
const overhanging = `(() => {
  const inside = ${width}
  if (document.documentElement.scrollWidth <= inside) return ''
  const wide = [...document.querySelectorAll('body *')]
    .filter((one) => one.getBoundingClientRect().right > inside + 1)
  return wide.map(({ tagName, className }) => tagName + '.' + className).join(' ') || 'something'
})()`

/** Fields whose letters make a phone zoom in, and buttons that a finger misses. */
const tooSmall = `(() => {
  const shown = (one) => one.getClientRects().length > 0
  const fields = [...document.querySelectorAll('input:not([type=hidden]), select, textarea')]
    .filter((one) => shown(one) && Number.parseFloat(getComputedStyle(one).fontSize) < 16)
    .map((one) => one.getAttribute('name') + ' is set small')
  const buttons = [...document.querySelectorAll('button, .button')]
    .filter((one) => shown(one) && one.getBoundingClientRect().height < ${finger} - 0.5)
    .map((one) => one.textContent + ' is low')
  return [...fields, ...buttons]
})()`

describe('on a phone', function () {
  this.timeout(120_000)
  let shop: FakeShop
  let storefront: Running
  let browser: Chromium | null = null
  let page: Page

  before(async function () {
    if (!chromiumIsInstalled()) {
      console.log('      no Chromium is installed: the pages are not looked at on a phone')
      this.skip()
    }
    shop = await fakeShop({}, false)
    storefront = await runStorefront(shop.url)
    browser = await openChromium('phone')
    if (browser === null) throw new TypeError('Chromium is installed')
    await browser.context.addCookies([{ name: 'sid', value: 'abc', url: storefront.url }])
    page = browser.context.pages()[0] ?? (await browser.context.newPage())
    page.setDefaultTimeout(20_000)
  })
  after(async () => {
    await browser?.close()
    await storefront?.stop()
    await shop?.stop()
  })
  beforeEach(() => {
    shop.answers = {
      ...shopAnswers((plain) => plain),
      'POST /api/cart/items': {},
      'POST /api/orders': { id: 5 },
      'POST /api/tickets': { id: 3 },
    }
  })

  const open = (path: string) => page.goto(`${storefront.url}${path}`)

  const overhang = (): Promise<string> => page.evaluate(overhanging)

  const longest = 'Donaudampfschiffahrtselektrizitätenhauptbetriebswerkbauunterbeamten'
  const texts: Readonly<Record<string, (plain: string) => string>> = {
    'ordinary words': (plain) => plain,
    'words without an end': (plain) => `${plain}${longest}${longest}`,
  }
  for (const [what, say] of Object.entries(texts)) {
    for (const path of paths) {
      it(`${path} fits, with ${what}`, async () => {
        shop.answers = shopAnswers(say)
        await open(path)
        expect(await overhang()).to.equal('')
        // A page that is wider makes the screen as wide.
        expect(await page.evaluate('window.innerWidth')).to.equal(width)
      })
    }
  }

  /** Where a finger finds it: inside the screen's width, and large enough. */
  async function tap(target: Locator): Promise<void> {
    await target.scrollIntoViewIfNeeded()
    const box = await target.boundingBox()
    if (box === null) throw new Error('it is not shown')
    expect(box.x).to.be.at.least(0)
    expect(box.x + box.width).to.be.at.most(width)
    expect(Math.round(box.height)).to.be.at.least(finger)
    // Fails when something else lies over it.
    await target.tap()
  }
  const button = (name: string): Locator => page.getByRole('button', { name, exact: true })
  const isAt = (path: string): Promise<void> => page.waitForURL(`${storefront.url}${path}`)

  it('a finger finds a book and puts it into the cart', async () => {
    await open('/')
    await page.getByRole('searchbox', { name: 'Search' }).fill('abc')
    await tap(button('Search'))
    await isAt('/search?q=abc')
    await tap(page.locator('.book .cover').first())
    await isAt('/books/7')
    await tap(button('Add to cart'))
    await isAt('/cart')
  })

  it('a finger checks out', async () => {
    await open('/')
    await tap(page.getByRole('link', { name: /^Cart/ }))
    await isAt('/cart')
    await tap(page.getByRole('link', { name: 'To the checkout' }))
    await isAt('/checkout')
    await tap(button('Place the order'))
    await isAt('/orders/5')
  })

  it('a finger opens a ticket, and answers on it', async () => {
    await open('/')
    await tap(page.getByRole('link', { name: 'Support' }))
    await isAt('/support')
    await page.getByLabel('Subject').fill('Where is it?')
    await page.getByLabel('Message').fill('I have waited for a week')
    await tap(button('Send'))
    await isAt('/support/3')
    await tap(button('Send'))
  })

  it('a book without a cover shows its title, and no sign of a picture that is not there', async () => {
    await open('/books/7')
    const cover = page.locator('.cover.big')
    await page.waitForFunction('document.querySelector(".cover img").complete')
    const before = await cover.screenshot()
    await page.evaluate('document.querySelector(".cover img").remove()')
    expect(Buffer.compare(await cover.screenshot(), before)).to.equal(0)
  })

  it('no field makes the browser zoom in, and every button is as high as a finger', async () => {
    for (const path of paths) {
      await open(path)
      const small: readonly string[] = await page.evaluate(tooSmall)
      expect(small, path).to.deep.equal([])
    }
  })
})
