/**
 * The old shop, seeded, with the storefront in front of its API: the same visitor can look at both.
 *
 * @module
 */
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { suiteStack } from '../../../scripts/src/stack/testing.ts'
import { type Running, runStorefront, type Visitor, visitor } from './running.ts'

const seedProgram = fileURLToPath(new URL('../../../monolith/src/seed/main.ts', import.meta.url))

export interface OldShop {
  readonly monolith: string
  readonly storefront: Running
  /** Logged in by the API; the same session looks at either. */
  login(email: string, password: string): Promise<Map<string, string>>
  both(cookies: Map<string, string>): { readonly old: Visitor; readonly new: Visitor }
}

/** Call inside `describe`. */
export function oldShop(name: string): () => OldShop {
  const stack = suiteStack({
    name,
    only: ['monolith'],
    env: { monolith: { SHOP_JOB_INTERVAL_MS: '0' } },
  })
  let shop: OldShop | undefined
  before(async function () {
    this.timeout(90_000)
    const { urls } = await stack.get()
    execFileSync(
      process.execPath,
      [seedProgram, '--books', '300', '--users', '60', '--orders', '40'],
      {
        env: { ...process.env, DATABASE_URL: urls['monolith-db.bookshop_ddl'] ?? '' },
        stdio: ['ignore', 'ignore', 'inherit'],
      },
    )
    const monolith = urls.monolith ?? ''
    const storefront = await runStorefront(monolith)
    shop = {
      monolith,
      storefront,
      async login(email, password) {
        const one = visitor(monolith)
        const response = await one.send('/login', { email, password, next: '/' })
        if (response.status !== 303) throw new Error(`login: ${response.status}`)
        return one.cookies
      },
      both: (cookies) => ({
        old: visitor(monolith, cookies),
        new: visitor(storefront.url, cookies),
      }),
    }
  })
  after(() => shop?.storefront.stop())
  return () => {
    if (shop === undefined) throw new Error('the shop is not up yet')
    return shop
  }
}
