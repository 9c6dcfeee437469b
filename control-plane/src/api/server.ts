/**
 * The HTTP face: bearer tokens, JSON, errors as `{error: ErrorBody}`.
 *
 * @module
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import { type ErrorBody, errorBody } from '@matapalo/core'
import type { Log } from '@matapalo/runtime'
import express, { type ErrorRequestHandler, type RequestHandler, type Response } from 'express'
import type { z } from 'zod'
import { BadRequest, Unauthorised } from '../errors.ts'

const statuses: Readonly<Record<string, number>> = {
  MATAPALO_UNAUTHORISED: 401,
  MATAPALO_BAD_REQUEST: 400,
  MATAPALO_FILE_REFUSED: 422,
  MATAPALO_NOT_FOUND: 404,
  MATAPALO_REFUSED: 409,
  MATAPALO_GATES_CLOSED: 409,
  MATAPALO_NOT_LEADING: 503,
  MATAPALO_LEASE_LOST: 503,
  MATAPALO_INTERNAL: 500,
}

const digest = (value: string): Buffer => createHash('sha256').update(value).digest()

/** Accepts one bearer token; compared in constant time. */
export function bearer(token: string): RequestHandler {
  const wanted = digest(token)
  return (request, _response, next) => {
    const [, given] = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '') ?? []
    if (given === undefined || !timingSafeEqual(digest(given), wanted)) throw new Unauthorised()
    next()
  }
}

/**
 * @param what the value is, where it is no body
 * @throws BadRequest naming each path that does not fit
 */
export function shaped<T extends z.ZodType>(schema: T, value: unknown, what = 'body'): z.infer<T> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const lines = parsed.error.issues.map(
    (issue) => `${issue.path.join('.') || what}: ${issue.message}`,
  )
  throw new BadRequest(`request refused: ${lines.join('; ')}`)
}

export const answer = (response: Response, body: unknown, status = 200): void => {
  const text = JSON.stringify(body, (_key, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  )
  response.status(status).type('application/json').send(text)
}

export function createApp(log: Log, routes: (app: express.Express) => void): express.Express {
  const app = express()
  app.disable('x-powered-by')
  app.set('etag', false)
  app.use(express.json({ limit: '2mb' }))
  routes(app)
  app.use((_request, response) => {
    const error: ErrorBody = {
      code: 'MATAPALO_NOT_FOUND',
      message: 'no such resource; the API is described in control-plane/README.md',
      retryable: false,
    }
    answer(response, { error }, 404)
  })
  const failed: ErrorRequestHandler = (error: unknown, request, response, _next) => {
    // body-parser's errors carry the status they deserve.
    const given = (error as { status?: unknown }).status
    const body = errorBody(error)
    const status =
      statuses[body.code] === 500 && typeof given === 'number'
        ? given
        : (statuses[body.code] ?? 409)
    if (status >= 500)
      log.error({ err: error, path: request.path, code: body.code }, 'request.failed')
    if (response.headersSent) response.destroy()
    else answer(response, { error: body }, status)
  }
  app.use(failed)
  return app
}
