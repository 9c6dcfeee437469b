/**
 * The agents' desk. The contract has checked the role.
 *
 * @module
 */
import { bodyOf } from '@bookshop/kit/input'
import { type Request, type Response, Router } from 'express'
import { type Caller, personOf } from '../caller.ts'
import { agentBook, listAgents } from '../desk/agents.ts'
import { answerCase } from '../desk/answer.ts'
import { type CaseQuery, findCase, listCases, readKey, showCase } from '../desk/cases.ts'
import { closeCase } from '../desk/close.ts'
import { handOver, takeCase } from '../desk/take.ts'
import { viewCase } from '../desk/view.ts'
import { pathId } from '../errors.ts'
import type { CaseKey } from '../events.ts'
import type { Support } from '../support.ts'
import { statusOf } from './answers.ts'

const queryText = (request: Request, name: string): string => {
  const value = request.query[name]
  return typeof value === 'string' ? value : ''
}

const wholeOr = <T>(value: string, fallback: T): number | T =>
  value === '' ? fallback : Number(value)

/** The document allows the values that are read here; an empty one counts as absent. */
function caseQuery(request: Request, caller: Caller): CaseQuery {
  const agent = queryText(request, 'agent')
  return {
    kind: (queryText(request, 'kind') || 'query') as CaseQuery['kind'],
    state: (queryText(request, 'state') || null) as CaseQuery['state'],
    agent: agent === 'me' ? caller.id : agent === 'none' ? 'none' : null,
    before: wholeOr(queryText(request, 'before'), null),
    limit: wholeOr(queryText(request, 'limit'), 50),
  }
}

const keyIn = ({ params }: Request): CaseKey =>
  readKey(String(params.kind), pathId(params.id, 'case'))

export function deskRoutes(support: Support): Router {
  const { database, show, now } = support
  const remember = agentBook(database, now)
  const agentIn = async (request: Request): Promise<Caller> => {
    const caller = personOf(request)
    await remember(caller)
    return caller
  }
  const sendCase = async (response: Response, key: CaseKey, status = 200): Promise<void> => {
    response.status(status).json(showCase(key.kind, await findCase(database, key), show))
  }
  const router = Router()
  const cases = '/api/support/cases'
  router.get('/api/support/agents', async (request, response) => {
    await agentIn(request)
    response.json({ items: await listAgents(database, show) })
  })
  router.get(cases, async (request, response) => {
    const query = caseQuery(request, await agentIn(request))
    const rows = await listCases(database, query)
    const next = rows.length === query.limit ? (rows.at(-1)?.id ?? null) : null
    response.json({ items: rows.map((row) => showCase(query.kind, row, show)), next })
  })
  router.get(`${cases}/:kind/:id`, async (request, response) => {
    await agentIn(request)
    response.json(await viewCase(support, keyIn(request)))
  })
  router.post(`${cases}/:kind/:id/take`, async (request, response) => {
    const key = keyIn(request)
    await takeCase(support, await agentIn(request), key)
    await sendCase(response, key)
  })
  router.post(`${cases}/:kind/:id/handover`, async (request, response) => {
    const key = keyIn(request)
    await handOver(support, await agentIn(request), key, bodyOf(request.body))
    await sendCase(response, key)
  })
  router.post(`${cases}/:kind/:id/answer`, async (request, response) => {
    const key = keyIn(request)
    const answer = await answerCase(support, await agentIn(request), key, bodyOf(request.body))
    await sendCase(response, key, statusOf(answer))
  })
  router.post(`${cases}/:kind/:id/close`, async (request, response) => {
    const key = keyIn(request)
    await closeCase(support, await agentIn(request), key, bodyOf(request.body))
    await sendCase(response, key)
  })
  return router
}
