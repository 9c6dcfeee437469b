/** Edges as operators see them, quarantine, audit. */
import type { Express, RequestHandler } from 'express'
import { z } from 'zod'
import type { Control } from '../control.ts'
import { NotFound } from '../errors.ts'
import { readAudit, writeAudit } from '../ledger/audit.ts'
import { readEdges } from '../ledger/edges.ts'
import { targetDb } from '../live/stores.ts'
import { outcomeOf, resolveEntry } from '../quarantine.ts'
import { actorSchema } from './actor.ts'
import { idSchema, nameSchema } from './params.ts'
import { answer, shaped } from './server.ts'

const quarantineSchema = z.strictObject({
  action: z.enum(['retry', 'skip']),
  /** Ids are per target server: the forward feed's quarantine stands at the service's. */
  direction: z.enum(['forward', 'reverse']),
  reason: z.string().max(500).default(''),
  actor: actorSchema,
})

export function operationRoutes(app: Express, auth: RequestHandler, control: Control): void {
  const { ledger, hub, stores } = control

  app.get('/v1/edges', auth, async (_request, response) => {
    const edges = await readEdges(ledger)
    answer(response, {
      epoch: hub.table?.epoch ?? null,
      edges: edges.map((edge) => ({ ...edge, connected: hub.connected.has(edge.id) })),
      next: 'matapalo status',
    })
  })

  app.post('/v1/edges/:id/gone', auth, async (request, response) => {
    const id = String(request.params.id)
    const { actor } = shaped(z.strictObject({ actor: actorSchema }), request.body ?? {})
    control.lead()
    if (!(await hub.gone(id)))
      throw new NotFound(`edge ${id} is not registered; run: matapalo edges`)
    await writeAudit(ledger, { actor, action: 'edge.gone', domain: null, detail: { edge: id } })
    answer(response, { edge: id, gone: true, next: 'matapalo edges' })
  })

  app.post('/v1/domains/:name/quarantine/:id', auth, async (request, response) => {
    const { actor, action, direction, reason } = shaped(quarantineSchema, request.body)
    const name = shaped(nameSchema, request.params.name, 'domain')
    const id = shaped(idSchema, request.params.id, 'id')
    control.lead()
    await control.domain(name)
    const word = { id, domain: name, direction, action }
    const server = targetDb(stores, direction)
    if (!(await resolveEntry(server, word)))
      throw new NotFound(
        `${name}: no open ${direction} quarantine entry ${id}; run: matapalo status ${name}`,
      )
    await writeAudit(ledger, {
      actor,
      action: `quarantine.${action}`,
      domain: name,
      detail: { id, direction, reason },
    })
    const outcome = await outcomeOf(server, word)
    const next = `matapalo ${outcome.outcome === 'stands' ? 'quarantine' : 'status'} ${name}`
    answer(response, { domain: name, id, action, direction, ...outcome, next })
  })

  app.get('/v1/audit', auth, async (request, response) => {
    const limit = shaped(
      z.coerce.number().int().min(1).max(1000).default(50),
      request.query.limit,
      'limit',
    )
    const domain = shaped(
      z.string().nullable().default(null),
      request.query.domain ?? null,
      'domain',
    )
    answer(response, { entries: await readAudit(ledger, domain, limit), next: 'matapalo status' })
  })
}
