/** Shadow, canary, and what was found by comparing. */
import type { Express, RequestHandler } from 'express'
import { z } from 'zod'
import type { Control } from '../control.ts'
import { recordTallies, reportSchema } from '../ledger/parity.ts'
import { canary, shadow } from '../parity/commands.ts'
import { parityStanding, rulesOf } from '../parity/verdict.ts'
import { actorSchema } from './actor.ts'
import { nameSchema } from './params.ts'
import { answer, shaped } from './server.ts'

const share = z.number().min(0).max(1)

const shadowSchema = z.strictObject({
  /** Of the domain's reads; null: stop. */
  rate: share.gt(0).nullable().default(1),
  actor: actorSchema,
})

const canarySchema = z.strictObject({
  /** Of the subjects; 0: stop. */
  share,
  without: z.array(z.string()).default([]),
  reason: z.string().max(500).default(''),
  actor: actorSchema,
})

const toldSchema = z.strictObject({
  boot: z.uuid(),
  reports: z.array(reportSchema).max(2_000),
})

const edgeSchema = z.string().regex(/^[A-Za-z0-9._-]{1,64}$/)

/** 50: samples in one answer, mismatches first. */
const samplesAtMost = 50

export async function parityReport(control: Control, name: string) {
  const { domain, manifest } = await control.domain(name)
  const { verdict, evidence, expired } = await parityStanding(control, domain, manifest)
  const { samples, agreement, conclusive, mismatches } = rulesOf(manifest)
  const seen = evidence
    .flatMap((one) => one.samples.map((sample) => ({ route: one.route, ...sample })))
    .sort((a, b) => (a.outcome === b.outcome ? 0 : a.outcome === 'mismatch' ? -1 : 1))
  const on = domain.phase === 'shadow' || domain.phase === 'canary'
  const next = !on
    ? `matapalo shadow ${name}`
    : verdict.verdict !== 'pass'
      ? `matapalo parity ${name} --watch`
      : domain.phase === 'shadow'
        ? `matapalo canary ${name} --share 5`
        : `matapalo cutover ${name} --dry-run`
  return {
    domain: name,
    phase: domain.phase,
    round: domain.parityRound,
    since: domain.paritySince,
    rate: on ? domain.shadowRate : 0,
    share: domain.phase === 'canary' ? domain.canaryShare : null,
    verdict: verdict.verdict,
    why: verdict.why,
    expired,
    limits: { samples, agreement, conclusive, mismatches },
    routes: evidence.map(({ route, tally, fields, at }, n) => ({
      ...{ route, ...tally, fields, at },
      ...{ verdict: verdict.routes[n]?.verdict, agreement: verdict.routes[n]?.agreement },
    })),
    samples: seen.slice(0, samplesAtMost),
    next,
  }
}

export function parityRoutes(
  app: Express,
  operator: RequestHandler,
  edge: RequestHandler,
  control: Control,
): void {
  app.post('/v1/domains/:name/shadow', operator, async (request, response) => {
    const name = shaped(nameSchema, request.params.name, 'domain')
    answer(response, await shadow(control, name, shaped(shadowSchema, request.body ?? {})))
  })

  app.post('/v1/domains/:name/canary', operator, async (request, response) => {
    const name = shaped(nameSchema, request.params.name, 'domain')
    answer(response, await canary(control, name, shaped(canarySchema, request.body)))
  })

  app.get('/v1/domains/:name/parity', operator, async (request, response) => {
    answer(response, await parityReport(control, shaped(nameSchema, request.params.name, 'domain')))
  })

  app.post('/v1/edges/:id/parity', edge, async (request, response) => {
    const id = shaped(edgeSchema, request.params.id)
    const { boot, reports } = shaped(toldSchema, request.body)
    await recordTallies(control.ledger, id, boot, reports)
    response.status(204).end()
  })
}
