/** Health, readiness and metrics. No token: nothing in them is secret, and they listen on loopback. */
import type { Express } from 'express'
import type { Control } from '../control.ts'
import { registry } from '../metrics.ts'
import { answer } from './server.ts'

export function healthRoutes(app: Express, control: Control): void {
  app.get('/healthz', (_request, response) => answer(response, { status: 'up' }))
  app.get('/readyz', async (_request, response) => {
    const ledger = await control.ledger.query('SELECT 1').then(
      () => true,
      () => false,
    )
    const { lease, bootstrapped } = control
    const ready = ledger && lease.leads && bootstrapped
    answer(response, { ready, ledger, leads: lease.leads, bootstrapped }, ready ? 200 : 503)
  })
  app.get('/metrics', async (_request, response) => {
    response.type(registry.contentType).send(await registry.metrics())
  })
}
