/** A domain's end at the monolith, and the monolith's. */
import type { Express, RequestHandler } from 'express'
import { z } from 'zod'
import type { Control } from '../control.ts'
import { conditions } from '../decommission/conditions.ts'
import { retire, retirementReport } from '../decommission/retire.ts'
import { decommission, look } from '../decommission/run.ts'
import { type Decommission, isUnderWay, readTurns } from '../ledger/decommissions.ts'
import { actorSchema } from './actor.ts'
import { answer, shaped } from './server.ts'

const nameSchema = z.string().regex(/^[a-z][a-z0-9_]{0,63}$/, 'expected a domain name')
const reasonSchema = z.string().max(500).default('')
const actSchema = z.strictObject({
  act: z.enum(['rename', 'undo', 'drop']),
  view: z.boolean().default(false),
  without: z.array(z.string().max(40)).default([]),
  reason: reasonSchema,
  actor: actorSchema,
})
const retireSchema = z.strictObject({ reason: reasonSchema, actor: actorSchema })

const nextOf = (name: string, state: Decommission | null, clear: boolean): string => {
  if (state?.state === 'dropped') return 'matapalo retire monolith'
  if (state !== null && isUnderWay(state))
    return clear || state.state === 'dropping'
      ? `matapalo decommission ${name} --drop`
      : `matapalo decommission ${name} --undo`
  return clear ? `matapalo decommission ${name} --yes` : `matapalo status ${name}`
}

export function endingRoutes(app: Express, auth: RequestHandler, control: Control): void {
  app.get('/v1/domains/:name/decommission', auth, async (request, response) => {
    const name = shaped(nameSchema, request.params.name)
    const known = await look(control, name)
    const act = known.state !== null && isUnderWay(known.state) ? 'drop' : 'rename'
    const over = known.state?.state === 'dropped'
    const open = over ? [] : await conditions(control, known, { act, view: false })
    answer(response, {
      domain: name,
      phase: known.domain.phase,
      state: known.state?.state ?? 'none',
      names: known.state?.names ?? {},
      evidence: over ? (known.state?.evidence ?? []) : known.evidence,
      inTheWay: open,
      turns: await readTurns(control.ledger, name),
      next: nextOf(name, known.state, open.length === 0),
    })
  })

  app.post('/v1/domains/:name/decommission', auth, async (request, response) => {
    const name = shaped(nameSchema, request.params.name)
    const body = shaped(actSchema, request.body ?? {})
    const state = await decommission(control, name, body)
    const turns = await readTurns(control.ledger, name)
    const next = state.state === 'undone' ? `matapalo explain ${name}` : nextOf(name, state, true)
    answer(response, { ...state, turns, next })
  })

  app.get('/v1/monolith', auth, async (_request, response) => {
    const report = await retirementReport(control)
    const [first] = report.left
    const next =
      first === undefined ? 'matapalo retire monolith --yes' : `matapalo decommission ${first}`
    answer(response, { ...report, next: report.retired === null ? next : 'matapalo status' })
  })

  app.post('/v1/monolith/retire', auth, async (request, response) => {
    const body = shaped(retireSchema, request.body ?? {})
    answer(response, { ...(await retire(control, body)), next: 'matapalo status' })
  })
}
