/** A domain's status, and the commands on it. */
import { isOpen } from '@matapalo/core'
import type { Express, RequestHandler } from 'express'
import { z } from 'zod'
import type { Backfills } from '../backfill.ts'
import type { Control } from '../control.ts'
import { writeAudit } from '../ledger/audit.ts'
import { freeze, readDomains } from '../ledger/domains.ts'
import { checkGates } from '../preconditions/index.ts'
import { prepare } from '../prepare.ts'
import { backfillView, domainStatus } from '../status.ts'
import { type VerifyReport, verify } from '../verify.ts'
import { actorSchema } from './actor.ts'
import { nameSchema } from './params.ts'
import { answer, shaped } from './server.ts'

const commandSchema = z.strictObject({ actor: actorSchema }).default({ actor: 'operator' })
const verifySchema = z.strictObject({ actor: actorSchema, repair: z.boolean().default(false) })
const backfillSchema = z.strictObject({
  action: z.enum(['start', 'pause', 'resume', 'stop']).default('start'),
  actor: actorSchema,
})

function nextAfter(name: string, { outcome, differences }: VerifyReport, mended: boolean): string {
  if (outcome !== 'different') return `matapalo explain ${name}`
  // Rows that the owner does not have are swept by a backfill only.
  const extra = differences.every(({ kind }) => kind === 'extra')
  return extra || mended ? `matapalo backfill ${name} --wait` : `matapalo verify ${name} --repair`
}

export function domainRoutes(
  app: Express,
  auth: RequestHandler,
  control: Control,
  backfills: Backfills,
): void {
  app.get('/v1/domains', auth, async (_request, response) => {
    const domains = await readDomains(control.ledger)
    answer(response, {
      domains,
      next:
        domains.length === 0 ? 'matapalo register MANIFEST' : `matapalo status ${domains[0]?.name}`,
    })
  })

  app.get('/v1/domains/:name', auth, async (request, response) => {
    answer(response, await domainStatus(control, shaped(nameSchema, request.params.name, 'domain')))
  })

  app.get('/v1/domains/:name/explain', auth, async (request, response) => {
    const name = shaped(nameSchema, request.params.name, 'domain')
    const { domain } = await control.domain(name)
    const kind = domain.owner === 'monolith' ? 'cutover' : 'rollback'
    const gates = await checkGates(control, kind, [name])
    const open = gates.filter(isOpen)
    const waivers = open.map(({ gate }) => ` --without ${gate}`).join('')
    const only = open.every(({ verdict }) => verdict === 'not configured')
    const next = only
      ? `matapalo ${kind} ${name}${waivers}`
      : (/run: (matapalo .*)$/.exec(
          open.find(({ verdict }) => verdict !== 'not configured')?.line ?? '',
        )?.[1] ?? `matapalo status ${name}`)
    answer(response, { domain: name, kind, gates, next })
  })

  app.post('/v1/domains/:name/prepare', auth, async (request, response) => {
    const name = shaped(nameSchema, request.params.name, 'domain')
    const { actor } = shaped(commandSchema, request.body ?? undefined)
    answer(response, await prepare(control, name, actor))
  })

  app.post('/v1/domains/:name/unfreeze', auth, async (request, response) => {
    const name = shaped(nameSchema, request.params.name, 'domain')
    const { actor } = shaped(commandSchema, request.body ?? undefined)
    const { domain } = await control.domain(name)
    await control.lead().guarded('unfreeze', async (tx) => {
      await freeze(tx, name, null)
      const detail = { was: domain.frozen }
      await writeAudit(tx, { actor, action: 'unfreeze', domain: name, detail })
    })
    answer(response, { domain: name, frozen: null, next: `matapalo explain ${name}` })
  })

  app.get('/v1/domains/:name/backfill', auth, async (request, response) => {
    const name = shaped(nameSchema, request.params.name, 'domain')
    const { domain } = await control.domain(name)
    answer(response, {
      domain: name,
      backfill: backfillView(domain),
      next: `matapalo status ${name}`,
    })
  })

  app.post('/v1/domains/:name/backfill', auth, async (request, response) => {
    const name = shaped(nameSchema, request.params.name, 'domain')
    const { action, actor } = shaped(backfillSchema, request.body ?? {})
    const state = await backfills.act(name, action, actor)
    answer(
      response,
      { domain: name, backfill: state, next: `matapalo status ${name} --watch` },
      202,
    )
  })

  app.post('/v1/domains/:name/verify', auth, async (request, response) => {
    const name = shaped(nameSchema, request.params.name, 'domain')
    const { actor, repair } = shaped(verifySchema, request.body ?? {})
    const verified = await verify(control, name, actor, repair)
    answer(response, { domain: name, ...verified, next: nextAfter(name, verified, repair) })
  })
}
