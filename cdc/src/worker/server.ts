/**
 * Health, metrics and lag over HTTP.
 *
 * @module
 */
import type { AddressInfo } from 'node:net'
import type { Registry } from '@matapalo/runtime'
import express from 'express'
import type { LagBook } from './lag.ts'

export interface WorkerServer {
  readonly port: number
  stop(): Promise<void>
}

export async function startServer(options: {
  readonly host: string
  readonly port: number
  readonly registry: Registry
  readonly lag: LagBook
  readonly ready: () => boolean
}): Promise<WorkerServer> {
  const app = express()
  app.disable('x-powered-by')
  app.get('/healthz', (_request, response) => void response.json({ status: 'ok' }))
  app.get('/readyz', (_request, response) => {
    const ready = options.ready()
    response.status(ready ? 200 : 503).json({ status: ready ? 'ready' : 'starting' })
  })
  app.get('/metrics', async (_request, response) => {
    response.type(options.registry.contentType).send(await options.registry.metrics())
  })
  app.get('/lag', (request, response) => {
    const since = Number(request.query.since ?? 0)
    if (!Number.isFinite(since) || since < 0) {
      response.status(400).json({ error: 'since: expected epoch milliseconds' })
      return
    }
    response.json({ samples: options.lag.samples(since) })
  })
  const server = app.listen(options.port, options.host)
  await new Promise<void>((resolve, reject) => {
    server.once('listening', resolve)
    server.once('error', reject)
  })
  return {
    port: (server.address() as AddressInfo).port, // a TCP server that listens has one
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
