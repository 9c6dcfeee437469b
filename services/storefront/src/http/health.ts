/**
 * What supervisors and scrapers ask. The storefront is ready when it listens: with the services down it
 * still says what is missing, which is more than nobody would.
 *
 * @module
 */
import { Router } from 'express'
import type { Metrics } from '../metrics.ts'

export function healthRoutes(metrics: Metrics, isStopping: () => boolean): Router {
  const router = Router()
  router.get('/healthz', (_request, response) => {
    response.json({ status: 'ok' })
  })
  router.get('/readyz', (_request, response) => {
    const stopping = isStopping()
    response.status(stopping ? 503 : 200).json({ status: stopping ? 'stopping' : 'ready' })
  })
  router.get('/metrics', async (_request, response) => {
    response.type(metrics.contentType).send(await metrics.text())
  })
  return router
}
