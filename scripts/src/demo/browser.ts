/**
 * One customer with a real browser: logs in once, keeps a cart open, buys while domains move.
 *
 * @module
 */
import { type Chromium, type Locator, openChromium } from '../chromium.ts'

export interface BrowserCustomer {
  /** References of the orders that the shop has confirmed on a page. */
  readonly orders: readonly string[]
  /** What went wrong, one line each. */
  readonly failures: readonly string[]
  /** Times the shop did not know the customer any more. */
  readonly forcedLogouts: number
  logIn(email: string, password: string): Promise<void>
  /** Puts a book into the cart, and sees it there. */
  fill(bookId: number): Promise<void>
  /** Checks out what is in the cart, and sees the order. */
  buy(): Promise<void>
  close(): Promise<void>
}

/** Null where no Chromium is installed. */
export async function openBrowser(shop: string): Promise<BrowserCustomer | null> {
  const chromium = await openChromium()
  return chromium && customer(shop, chromium)
}

async function customer(shop: string, { context, close }: Chromium): Promise<BrowserCustomer> {
  const page = context.pages()[0] ?? (await context.newPage())
  page.setDefaultTimeout(20_000)
  const orders: string[] = []
  const failures: string[] = []
  let forcedLogouts = 0
  let loggedIn = false

  /** What a page must be before anything else is looked at. */
  const judge = (status: number, what: string): void => {
    if (loggedIn && new URL(page.url()).pathname === '/login') forcedLogouts += 1
    if (status >= 400) throw new Error(`${what}: ${status} at ${page.url()}`)
  }
  const open = async (path: string): Promise<void> => {
    const answer = await page.goto(`${shop}${path}`)
    judge(answer?.status() ?? 0, path)
  }
  /** Sends the form that the button belongs to. */
  const press = async (button: Locator, what: string): Promise<void> => {
    const [answer] = await Promise.all([page.waitForNavigation(), button.click()])
    judge(answer?.status() ?? 0, what)
  }
  const noting = async (what: string, work: () => Promise<void>): Promise<void> => {
    try {
      await work()
    } catch (error) {
      failures.push(`${what}: ${error instanceof Error ? error.message.split('\n')[0] : error}`)
    }
  }
  const form = (action: string) => page.locator(`form[action="${action}"][method="post"]`)

  return {
    orders,
    failures,
    get forcedLogouts() {
      return forcedLogouts
    },
    async logIn(email, password) {
      await open('/login')
      await form('/login').locator('input[name="email"]').fill(email)
      await form('/login').locator('input[name="password"]').fill(password)
      await press(form('/login').locator('button'), 'login')
      loggedIn = true
    },
    fill: (bookId) =>
      noting(`book ${bookId} into the cart`, async () => {
        await open(`/books/${bookId}`)
        await press(form('/cart/items').first().locator('button'), 'cart')
        const line = page.locator(`[data-book-id="${bookId}"][data-quantity]`)
        if ((await line.count()) === 0) throw new Error('it is not there')
      }),
    buy: () =>
      noting('checkout', async () => {
        await open('/checkout')
        const checkout = form('/checkout')
        const fields = { name: 'Ana Browser', street: 'Calle 1', city: 'Bogotá', country: 'CO' }
        for (const [name, value] of Object.entries(fields)) {
          await checkout.locator(`input[name="${name}"]`).fill(value)
        }
        await press(checkout.locator('button').last(), 'checkout')
        const reference = await page
          .locator('[data-order-id][data-reference]')
          .first()
          .getAttribute('data-reference', { timeout: 5_000 })
        if (reference === null) throw new Error('no order is shown')
        orders.push(reference)
      }),
    close,
  }
}
