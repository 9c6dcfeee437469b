/**
 * What supervisors and scrapers ask: alive, ready to serve, measurements.
 *
 * @module
 */
import { Router } from 'express'
import type { Database } from '../database.ts'
import type { Metrics } from '../metrics.ts'

/** `isStopping` makes /readyz say 503, so that a balancer looks away before the port closes. */
export function healthRoutes(
  database: Database,
  metrics: Metrics,
  isStopping: () => boolean,
): Router {
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
      await database.raw('SELECT 1 FROM product LIMIT 1').timeout(2000)
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
