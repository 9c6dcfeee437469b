/**
 * The shop as an Express application.
 *
 * @module
 */
import cookieParser from 'cookie-parser'
import express, { type ErrorRequestHandler, type Express } from 'express'
import { accountRoutes, sessionCookie } from './accounts/routes.ts'
import { userOfSession } from './accounts/sessions.ts'
import { cartRoutes } from './cart/routes.ts'
import { catalogRoutes } from './catalog/routes.ts'
import type { Shop } from './context.ts'
import { invalid, notFound, ShopError } from './errors.ts'
import { log } from './log.ts'
import { orderRoutes } from './orders/routes.ts'

function asShopError(error: unknown): ShopError {
  if (error instanceof ShopError) return error
  const status = error instanceof Error && 'status' in error ? error.status : undefined
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return new ShopError(status, 'invalid_request', 'the request could not be read')
  }
  return new ShopError(500, 'internal', 'something went wrong on our side')
}

const showError: ErrorRequestHandler = (error, req, res, next) => {
  const shown = asShopError(error)
  if (shown.status === 500) {
    log('error', 'request.failed', { path: req.path, error: String(error) })
  }
  if (res.headersSent) return next(error)
  if (shown.status === 503) res.set('Retry-After', '1')
  res.status(shown.status)
  res.json({ error: { code: shown.code, message: shown.message, ...shown.fields } })
}

export function shopApp(shop: Shop): Express {
  const app = express()
  app.disable('x-powered-by')
  app.set('query parser', 'simple')
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
  app.use(cookieParser())
  app.use(async (req, res, next) => {
    const cookie: unknown = req.cookies?.[sessionCookie]
    if (typeof cookie === 'string') res.locals.user = await userOfSession(shop.db, cookie)
    next()
  })

  app.use('/api', express.json({ limit: '100kb' }))
  app.use('/api', (req, _res, next) => {
    const hasBody =
      req.headers['content-length'] !== undefined && req.headers['content-length'] !== '0'
    if (hasBody && req.method !== 'GET' && req.is('json') === false) {
      throw invalid('content-type', 'application/json')
    }
    next()
  })
  for (const routes of [accountRoutes, catalogRoutes, cartRoutes, orderRoutes]) {
    app.use('/api', routes(shop))
  }
  app.use('/api', () => {
    throw notFound('call')
  })
  app.use(showError)
  return app
}
