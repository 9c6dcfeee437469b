/**
 * The storefront's HTTP application: health, style sheet, pages, errors, in this order.
 *
 * @module
 */
import { fileURLToPath } from 'node:url'
import { underDeadline } from '@bookshop/kit/deadline'
import { followTrace } from '@bookshop/kit/trace'
import express, { type Express, type RequestHandler } from 'express'
import { answering, type Desk, fromHere, showTrouble } from './http/answering.ts'
import { guarded } from './http/guard.ts'
import { healthRoutes } from './http/health.ts'
import { readUpload } from './http/upload.ts'
import type { Page } from './page.ts'
import { accountPages } from './pages/account.ts'
import { assistantPages } from './pages/assistant.ts'
import { bookPages } from './pages/book.ts'
import { bookEditingPages } from './pages/bookEditing.ts'
import { cartPages } from './pages/cart.ts'
import { casePages } from './pages/case.ts'
import { categoryEditingPages } from './pages/categoryEditing.ts'
import { checkoutPages } from './pages/checkout.ts'
import { deskPages } from './pages/desk.ts'
import { findPages } from './pages/find.ts'
import { homePages } from './pages/home.ts'
import { listPages } from './pages/lists.ts'
import { loginPages } from './pages/login.ts'
import { orderPages } from './pages/orders.ts'
import { passwordPages } from './pages/password.ts'
import { supportPages } from './pages/support.ts'
import { notFound } from './shop/shop.ts'
import { assetFolder } from './view/layout.ts'

export const pages: readonly Page[] = [
  ...homePages,
  ...bookPages,
  ...listPages,
  ...findPages,
  ...cartPages,
  ...checkoutPages,
  ...orderPages,
  ...loginPages,
  ...accountPages,
  ...passwordPages,
  ...supportPages,
  ...assistantPages,
  ...deskPages,
  ...casePages,
  ...bookEditingPages,
  ...categoryEditingPages,
]

export interface AppParts extends Desk {
  readonly isStopping: () => boolean
}

/**
 * 40000 (forty seconds): a checkout with all of its patience, and a page that says what came of it. The
 * edge waits for sixty.
 */
const requestBudgetMs = 40_000

const measured =
  ({ metrics }: Desk): RequestHandler =>
  (request, response, next) => {
    const end = metrics.requestSeconds.startTimer({ method: request.method })
    response.once('finish', () => {
      const route = (request.route as { path?: string } | undefined)?.path ?? 'none'
      end({ route, status: String(response.statusCode) })
    })
    next()
  }

export function createApp(parts: AppParts): Express {
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.set('query parser', 'simple')
  app.use(healthRoutes(parts.metrics, parts.isStopping))
  app.use(followTrace)
  app.use(underDeadline(requestBudgetMs))
  app.use(measured(parts))
  app.use(guarded)
  const style = {
    maxAge: 3_600_000,
    setHeaders: (response: { removeHeader(name: string): void }) => response.removeHeader('Vary'),
  }
  app.use('/assets', express.static(fileURLToPath(assetFolder), style))
  app.use(fromHere(parts))
  app.use(express.urlencoded({ extended: false, limit: '100kb' }))
  for (const page of pages) {
    if (page.upload) app[page.method](page.path, readUpload)
    app[page.method](page.path, answering(page, parts))
  }
  app.use(() => {
    throw notFound('page')
  })
  app.use(showTrouble(parts))
  return app
}
