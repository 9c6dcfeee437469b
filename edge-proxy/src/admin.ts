/**
 * The private side, on a port of its own: liveness, readiness, metrics.
 *
 * @module
 */
import { createServer, type Server } from 'node:http'
import express from 'express'
import type { HoldLog } from './hold/holdLog.ts'
import type { EdgeMetrics } from './metrics.ts'

export interface AdminParts {
  readonly metrics: EdgeMetrics
  readonly holdLog: HoldLog
  /** Why this edge should get no requests; null: it is ready. */
  readonly notReady: () => string | null
  /** Facts for people: epoch, holds, contact. */
  readonly standing: () => object
}

export function createAdminServer({ metrics, holdLog, notReady, standing }: AdminParts): Server {
  const app = express()
  app.disable('x-powered-by')
  app.get('/healthz', (_req, res) => {
    res.json({ status: 'ok' })
  })
  app.get('/readyz', (_req, res) => {
    const reason = notReady()
    res.status(reason === null ? 200 : 503).json({ ready: reason === null, reason, ...standing() })
  })
  app.get('/holds', (_req, res) => {
    res.json({ samples: holdLog.recent() })
  })
  app.get('/metrics', async (_req, res) => {
    res.type(metrics.registry.contentType).send(await metrics.registry.metrics())
  })
  return createServer(app)
}
