/**
 * A service's HTTP application: health, the contract, the routes, the errors, in this order.
 *
 * @module
 */
import { parse as parseQuery } from 'node:querystring'
import express, { type Express, type RequestHandler } from 'express'
import type { Database } from './database.ts'
import { underDeadline } from './deadline.ts'
import { type ApiDocument, contract } from './http/contract.ts'
import { failures, notFound } from './http/failures.ts'
import { healthRoutes } from './http/health.ts'
import type { ReadIdentity } from './identity.ts'
import type { Log } from './log.ts'
import type { ServiceMetrics } from './metrics.ts'
import { followTrace } from './trace.ts'

export interface ServiceParts {
  /** As error codes and messages say it. */
  readonly name: string
  readonly document: ApiDocument
  readonly database: Database
  /** A query that works once the schema is migrated. */
  readonly readyQuery: string
  readonly readIdentity: ReadIdentity
  readonly metrics: ServiceMetrics
  readonly log: Log
  readonly isStopping: () => boolean
  /** Milliseconds that a request may spend on asking others; without it each call has its own time. */
  readonly requestBudgetMs?: number
  /** Answers that break the contract become errors; for tests, it costs time. */
  readonly validateResponses: boolean
  /** What is not in the document and reads its own bodies: pages, a protocol's endpoints. */
  readonly outsideContract?: readonly RequestHandler[]
  readonly routes: readonly RequestHandler[]
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
  (metrics: ServiceMetrics): RequestHandler =>
  (request, response, next) => {
    const end = metrics.requestSeconds.startTimer({ method: request.method })
    response.once('finish', () => {
      end({ route: routePattern(request), status: String(response.statusCode) })
    })
    next()
  }

export function serviceApp(parts: ServiceParts): Express {
  const { name, document, metrics, log } = parts
  const app = express()
  app.disable('x-powered-by')
  app.set('query parser', queryOf)
  app.use(healthRoutes(parts))
  app.get('/openapi.json', (_request, response) => {
    response.json(document)
  })
  app.use(followTrace)
  if (parts.requestBudgetMs !== undefined) app.use(underDeadline(parts.requestBudgetMs))
  app.use(measured(metrics))
  for (const handler of parts.outsideContract ?? []) app.use(handler)
  app.use(headLikeGet)
  app.use(express.json({ limit: '100kb' }))
  app.use(emptyBody)
  app.use(contract(document, parts.readIdentity, parts.validateResponses))
  for (const handler of parts.routes) app.use(handler)
  app.use(notFound)
  app.use(failures(name, log, metrics))
  return app
}
