/**
 * From a request to a page's answer, and from an answer or an error to what is sent.
 *
 * @module
 */
import { ServiceUnavailable } from '@bookshop/kit/client'
import type { Log } from '@bookshop/kit/log'
import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express'
import { isFromElsewhere } from '../forms/origin.ts'
import type { Seal } from '../forms/seal.ts'
import type { Metrics } from '../metrics.ts'
import { type Answer, isOnward, type Page } from '../page.ts'
import { type Area, type AreaClients, areas, areaWords } from '../shop/areas.ts'
import { callerOf } from '../shop/caller.ts'
import { loginRequired, ShopRefused, shopFor } from '../shop/shop.ts'
import { type Html, html } from '../view/html.ts'
import { layout } from '../view/layout.ts'
import { type Visit, visitOf } from '../visit.ts'

export interface Desk {
  readonly clients: AreaClients
  readonly seal: Seal
  readonly metrics: Metrics
  readonly log: Log
}

const visits = new WeakMap<Request, Visit>()

function visitFor(request: Request, { clients, seal, metrics }: Desk): Visit {
  const known = visits.get(request)
  if (known) return known
  const caller = callerOf(request.headers)
  const visit = visitOf(request, caller, shopFor(clients, caller, metrics), seal, (area) =>
    metrics.missingParts.inc({ area }),
  )
  visits.set(request, visit)
  return visit
}

async function send(response: Response, visit: Visit, answer: Answer): Promise<void> {
  if (isOnward(answer)) {
    for (const cookie of answer.cookies ?? []) response.append('set-cookie', cookie)
    response.redirect(303, answer.to)
    return
  }
  const frame = await visit.frame()
  response
    .status(answer.status ?? 200)
    .type('html')
    .send(layout(answer, frame, visit.missing).text)
}

/** Refuses what another site sent, before anything is read. */
export const fromHere =
  ({ metrics }: Desk): RequestHandler =>
  (request, _response, next) => {
    if (isFromElsewhere(request.method, request.headers)) {
      metrics.refusedForms.inc({ reason: 'elsewhere' })
      throw new ShopRefused(403, 'cross_site_form', 'This form was sent by another site')
    }
    next()
  }

/** A form of before the visitor logged in or out, or of nobody's making. */
const checkToken = (page: Page, { caller, form, seal }: Visit, metrics: Metrics): void => {
  if (!page.token || page.method === 'get' || !caller.ambient) return
  if (seal.isToken(form.form_token, caller.credential ?? '')) return
  metrics.refusedForms.inc({ reason: 'token' })
  throw new ShopRefused(403, 'form_expired', 'This form is out of date; open it again and send it')
}

export const answering =
  (page: Page, desk: Desk): RequestHandler =>
  async (request, response) => {
    const visit = visitFor(request, desk)
    if (page.login && visit.caller.credential === null) throw loginRequired()
    checkToken(page, visit, desk.metrics)
    // Asked beside what the page asks; it never fails.
    if (page.method === 'get') void visit.frame()
    await send(response, visit, await page.answer(visit))
  }

const isArea = (name: string): name is Area => areas.some((area) => area === name)

const outageWords = (error: ServiceUnavailable): string => {
  const what = isArea(error.service) ? areaWords[error.service] : 'the shop'
  return `The part of the shop that looks after ${what} does not answer at the moment. Please try again in a little while.`
}

interface Trouble {
  readonly status: number
  readonly code: string
  readonly words: string
  readonly more?: Html
}

function troubleOf(error: unknown): Trouble {
  if (error instanceof ShopRefused) {
    const { status, code, message } = error
    const more = status === 401 ? html`<p><a class="button" href="/login">Log in</a></p>` : null
    return { status, code, words: message, ...(more ? { more } : {}) }
  }
  if (error instanceof ServiceUnavailable) {
    const unsure = html`<p>If you have just sent a form: sending it again from the same page does nothing twice.</p>`
    const more = error.outcomeKnown ? {} : { more: unsure }
    return { status: 503, code: 'unavailable', words: outageWords(error), ...more }
  }
  const status = error instanceof Error && 'status' in error ? error.status : undefined
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return { status, code: 'invalid_request', words: 'The request could not be read' }
  }
  return { status: 500, code: 'internal', words: 'Something went wrong on our side' }
}

export const showTrouble =
  (desk: Desk): ErrorRequestHandler =>
  async (error: unknown, request, response, next) => {
    const { status, code, words, more } = troubleOf(error)
    if (status >= 500) desk.log.error({ err: error, code }, 'request.failed')
    if (response.headersSent) return next(error)
    if (status === 503 || status === 429) response.set('Retry-After', '1')
    if (status === 401 && request.method === 'GET') {
      response.redirect(303, `/login?next=${encodeURIComponent(request.originalUrl)}`)
      return
    }
    const body = html`<h1>Sorry</h1>
<p data-error-code="${code}">${words}</p>${more}
<p><a href="/">Back to the shop</a></p>`
    await send(response, visitFor(request, desk), { title: 'Sorry', status, body })
  }
