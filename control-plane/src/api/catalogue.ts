/** Project and domains: registering them. */
import type { Express, RequestHandler } from 'express'
import { z } from 'zod'
import type { Control } from '../control.ts'
import { readDomain } from '../ledger/domains.ts'
import { preflight } from '../preflight.ts'
import { registerDomain, registerProject } from '../register.ts'
import { actorSchema } from './actor.ts'
import { answer, shaped } from './server.ts'

const fileSchema = z.strictObject({
  yaml: z.string().max(1_000_000),
  file: z.string().min(1).max(500),
  actor: actorSchema,
})

const projectSchema = fileSchema.extend({
  /** Values for the file's `${NAME}`s. */
  variables: z.record(z.string().regex(/^[A-Z][A-Z0-9_]*$/), z.string()).default({}),
})

export function catalogueRoutes(app: Express, auth: RequestHandler, control: Control): void {
  const { hub } = control

  app.post('/v1/project', auth, async (request, response) => {
    const body = shaped(projectSchema, request.body)
    const table = await registerProject(control.lead(), body, body.variables, body.actor)
    if (table !== null) hub.publish(table)
    control.forget()
    answer(response, { file: body.file, epoch: table?.epoch, next: 'matapalo register MANIFEST' })
  })

  app.post('/v1/domains', auth, async (request, response) => {
    const body = shaped(fileSchema, request.body)
    const { manifest, table } = await registerDomain(
      control.lead(),
      body,
      body.actor,
      async (wanted) => {
        const known = await readDomain(control.ledger, wanted.domain)
        return known?.prepared ? preflight(control, wanted) : []
      },
    )
    if (table !== null) hub.publish(table)
    control.forget()
    const { domain } = manifest
    answer(
      response,
      {
        domain,
        tables: manifest.tables.length,
        routes: manifest.routes.length,
        epoch: table?.epoch,
        next: `matapalo prepare ${domain}`,
      },
      201,
    )
  })
}
