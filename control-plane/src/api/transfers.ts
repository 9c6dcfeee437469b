/** Transfers: asked for, watched, listed. */
import { judge } from '@matapalo/core'
import type { Express, RequestHandler } from 'express'
import { z } from 'zod'
import type { Conductor } from '../conductor.ts'
import type { Control } from '../control.ts'
import { dryRun } from '../dryRun.ts'
import { NotFound, noSuchGate } from '../errors.ts'
import { readTransfer, readTransfers } from '../ledger/transfers.ts'
import { checkGates } from '../preconditions/index.ts'
import { transferReport } from '../report.ts'
import { actorSchema } from './actor.ts'
import { idSchema } from './params.ts'
import { answer, shaped } from './server.ts'

const budget = z.int().min(1).max(10_000).optional()

const transferSchema = z.strictObject({
  kind: z.enum(['cutover', 'rollback']),
  domains: z.array(z.string()).min(1).max(20),
  without: z.array(z.string()).default([]),
  dryRun: z.boolean().default(false),
  actor: actorSchema,
  reason: z.string().max(500).default(''),
  /** Milliseconds; the manifests' budgets when absent. */
  budgets: z.strictObject({ drainMs: budget, fenceMs: budget, catchUpMs: budget }).default({}),
})

/** 25000 (milliseconds): the longest that `?wait=1` keeps a request. */
const waitMs = 25_000

type Asked = Pick<z.infer<typeof transferSchema>, 'kind' | 'domains' | 'without'>

/** The gates' answers and the printed steps; `possible` when the transfer would be accepted and done. */
async function rehearsal(control: Control, { kind, domains, without }: Asked) {
  const gates = await checkGates(control, kind, domains)
  const { allowed, refusals, unknown } = judge(gates, without)
  const refused = [
    ...unknown.map((name) => `would be refused: ${noSuchGate(name)}`),
    ...refusals.map(({ line }) => `would be refused: ${line}`),
  ]
  const { lines, error } = await dryRun(control, kind, domains)
  const failing = error === null ? [] : [`would fail: ${error}`]
  const possible = allowed && error === null
  const waivers = [...new Set(without)].map((name) => ` --without ${name}`).join('')
  const next = possible
    ? `matapalo ${kind} ${domains.join(' ')}${waivers}`
    : `matapalo explain ${domains[0]}`
  return { dryRun: true, possible, gates, lines, refusals: [...failing, ...refused], next }
}

export function transferRoutes(
  app: Express,
  auth: RequestHandler,
  control: Control,
  conductor: Conductor,
): void {
  app.post('/v1/transfers', auth, async (request, response) => {
    const { budgets, ...body } = shaped(transferSchema, request.body)
    if (body.dryRun) {
      return answer(response, await rehearsal(control, body))
    }
    const given = Object.fromEntries(Object.entries(budgets).filter(([, ms]) => ms !== undefined))
    const id = await conductor.request({ ...body, budgets: given })
    if (request.query.wait === '1') await conductor.ended(id, waitMs)
    await show(response, id, 202)
  })

  app.get('/v1/transfers', auth, async (request, response) => {
    const limit = shaped(
      z.coerce.number().int().min(1).max(500).default(50),
      request.query.limit,
      'limit',
    )
    const transfers = await readTransfers(control.ledger, {}, limit)
    answer(response, transfers.map(transferReport))
  })

  app.get('/v1/transfers/:id', auth, async (request, response) => {
    const id = shaped(idSchema, request.params.id, 'id')
    if (request.query.wait === '1') await conductor.ended(id, waitMs)
    await show(response, id, 200)
  })

  async function show(response: Parameters<typeof answer>[0], id: number, status: number) {
    const transfer = await readTransfer(control.ledger, id)
    if (transfer === null)
      throw new NotFound(`transfer ${id} does not exist; run: matapalo transfers`)
    answer(response, transferReport(transfer), status)
  }
}
