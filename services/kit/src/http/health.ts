/**
 * What supervisors and scrapers ask: alive, ready to serve, measurements.
 *
 * @module
 */
import { Router } from 'express'
import type { Database } from '../database.ts'
import type { ServiceMetrics } from '../metrics.ts'

export interface HealthParts {
  readonly database: Database
  /** A query that works once the schema is migrated. */
  readonly readyQuery: string
  readonly metrics: ServiceMetrics
  readonly isStopping: () => boolean
}

/** `isStopping` makes /readyz say 503, so that a balancer looks away before the port closes. */
export function healthRoutes({ database, readyQuery, metrics, isStopping }: HealthParts): Router {
  const router = Router()
  router.get('/healthz', (_request, response) => {
    response.json({ status: 'ok' })
  })
  router.get('/readyz', async (_request, response) => {
    if (isStopping()) {
      response.status(503).json({ status: 'stopping' })
      return
    }
    try {
      await database.raw(readyQuery).timeout(2000)
      response.json({ status: 'ready' })
    } catch {
      response.status(503).json({ status: 'database unreachable or not migrated' })
    }
  })
  router.get('/metrics', async (_request, response) => {
    response.type(metrics.contentType).send(await metrics.text())
  })
  return router
}
