/**
 * The HTTP application: health, the contract, the routes, the errors, in this order.
 *
 * @module
 */
import { parse as parseQuery } from 'node:querystring'
import express, { type Express, type RequestHandler } from 'express'
import { contract, readDocument } from './http/contract.ts'
import { failures, notFound } from './http/failures.ts'
import { healthRoutes } from './http/health.ts'
import type { ReadIdentity } from './identity.ts'
import type { Log } from './log.ts'
import type { Metrics } from './metrics.ts'
import { bookRoutes } from './routes/books.ts'
import { categoryRoutes } from './routes/categories.ts'
import { reservationRoutes } from './routes/reservations.ts'
import { staffBookRoutes } from './routes/staffBooks.ts'
import type { Shop } from './shop.ts'

export interface AppParts extends Shop {
  readonly readIdentity: ReadIdentity
  readonly metrics: Metrics
  readonly log: Log
  readonly isStopping: () => boolean
  /** Answers that break the contract become errors; for tests, it costs time. */
  readonly validateResponses: boolean
}

/** The validator leaves the matched operation on the request. */
const routePattern = (request: object): string =>
  (request as { openapi?: { openApiRoute?: string } }).openapi?.openApiRoute ?? 'none'

/** No body counts as an empty object, so that what is missing in it is named. */
const emptyBody: RequestHandler = (request, _response, next) => {
  if (request.body === undefined && !('content-type' in request.headers)) {
    request.headers['content-type'] = 'application/json'
    request.body = {}
  }
  next()
}

/** HEAD is answered like GET; Node leaves the body out by itself. */
const headLikeGet: RequestHandler = (request, _response, next) => {
  if (request.method === 'HEAD') request.method = 'GET'
  next()
}

/** A repeated parameter counts as its last. */
const queryOf = (text: string): Record<string, string> => {
  const last = Object.entries(parseQuery(text)).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.at(-1) : value,
  ])
  return Object.fromEntries(last)
}

const measured =
  (metrics: Metrics): RequestHandler =>
  (request, response, next) => {
    const end = metrics.requestSeconds.startTimer({ method: request.method })
    response.once('finish', () => {
      end({ route: routePattern(request), status: String(response.statusCode) })
    })
    next()
  }

export function createApp(parts: AppParts): Express {
  const document = readDocument()
  const app = express()
  app.disable('x-powered-by')
  app.set('query parser', queryOf)
  app.use(healthRoutes(parts.database, parts.metrics, parts.isStopping))
  app.get('/openapi.json', (_request, response) => {
    response.json(document)
  })
  app.use(measured(parts.metrics))
  app.use(headLikeGet)
  app.use(express.json({ limit: '100kb' }))
  app.use(emptyBody)
  app.use(contract(document, parts.readIdentity, parts.validateResponses))
  app.use(bookRoutes(parts))
  app.use(staffBookRoutes(parts))
  app.use(categoryRoutes(parts))
  app.use(reservationRoutes(parts))
  app.use(notFound)
  app.use(failures(parts.log, parts.metrics))
  return app
}
