/**
 * The shop as an Express application: health, the JSON API under /api, and the pages.
 *
 * @module
 */
import cookieParser from 'cookie-parser'
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express'
import { accountRoutes, sessionCookie } from './accounts/routes.ts'
import { userOfSession } from './accounts/sessions.ts'
import { cartRoutes } from './cart/routes.ts'
import { catalogRoutes } from './catalog/routes.ts'
import type { Shop } from './context.ts'
import { sqlErrno } from './database.ts'
import { invalid, notFound, ShopError } from './errors.ts'
import { log } from './log.ts'
import { callbackRoutes } from './orders/callbacks.ts'
import { orderRoutes } from './orders/routes.ts'
import { accountPages } from './pages/accountPages.ts'
import { catalogPages } from './pages/catalogPages.ts'
import { orderPages } from './pages/orderPages.ts'
import { assetFolder, type Render, renderer, useTemplates } from './pages/render.ts'
import { supportPages } from './pages/supportPages.ts'
import { pageWrites } from './pages/writes/writes.ts'
import { supportRoutes } from './support/routes.ts'
import { followTrace } from './trace.ts'

/** The database itself said no: a trigger's SIGNAL, a privilege taken away, a read-only server. */
const refusals: ReadonlySet<number | undefined> = new Set([1644, 1142, 1143, 1290])

function asShopError(error: unknown): ShopError {
  if (error instanceof ShopError) return error
  const status = error instanceof Error && 'status' in error ? error.status : undefined
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return new ShopError(status, 'invalid_request', 'the request could not be read')
  }
  if (refusals.has(sqlErrno(error))) {
    return new ShopError(503, 'write_refused', 'the database does not take this now; try again')
  }
  return new ShopError(500, 'internal', 'something went wrong on our side')
}

function showErrors(render: Render): ErrorRequestHandler {
  return async (error, req, res, next) => {
    const shown = asShopError(error)
    if (shown !== error && shown.status >= 500) {
      log('error', 'request.failed', { path: req.path, error: String(error) })
    }
    if (res.headersSent) return next(error)
    if (shown.status === 503) res.set('Retry-After', '1')
    const { code, message, fields, status } = shown
    if (req.path.startsWith('/api/')) {
      res.status(status).json({ error: { code, message, ...fields } })
    } else if (status === 401 && req.method === 'GET') {
      res.redirect(303, `/login?next=${encodeURIComponent(req.originalUrl)}`)
    } else {
      res.status(status)
      // The frame itself reads the database; without it there is a plain sentence.
      await render(res, 'error', { code, message }).catch(() => res.type('text').send(message))
    }
  }
}

/** Forms from other sites cannot send JSON, so nothing else is taken here. */
const jsonOnly: RequestHandler = (req, _res, next) => {
  const length = req.headers['content-length']
  const hasBody = (length !== undefined && length !== '0') || 'transfer-encoding' in req.headers
  if (hasBody && req.is('json') === false) throw invalid('content-type', 'application/json')
  next()
}

export function shopApp(shop: Shop): Express {
  const app = express()
  const render = renderer(shop)
  app.disable('x-powered-by')
  app.set('query parser', 'simple')
  useTemplates(app)
  app.get('/healthz', (_req, res) => {
    res.json({ status: 'ok' })
  })
  app.get('/readyz', async (_req, res) => {
    try {
      await shop.db.query('SELECT name FROM settings LIMIT 1')
      res.json({ status: 'ready' })
    } catch {
      res.status(503).json({ status: 'not ready', reason: 'the database does not answer' })
    }
  })
  app.use('/assets', express.static(assetFolder, { maxAge: 3_600_000 }))
  app.use(followTrace)
  app.use(cookieParser())
  app.use(async (req, res, next) => {
    const cookie: unknown = req.cookies?.[sessionCookie]
    if (typeof cookie === 'string') res.locals.user = await userOfSession(shop.db, cookie)
    next()
  })

  app.use('/api', jsonOnly, express.json({ limit: '100kb' }))
  const parts = [accountRoutes, catalogRoutes, cartRoutes, orderRoutes, supportRoutes]
  for (const routes of [...parts, callbackRoutes]) {
    app.use('/api', routes(shop))
  }
  app.use('/api', () => {
    throw notFound('call')
  })

  const writes = pageWrites(shop)
  app.use(express.urlencoded({ extended: false, limit: '100kb' }))
  for (const pages of [catalogPages, accountPages, orderPages, supportPages]) {
    app.use(pages(shop, render, writes))
  }
  app.use(() => {
    throw notFound('page')
  })
  app.use(showErrors(render))
  return app
}
