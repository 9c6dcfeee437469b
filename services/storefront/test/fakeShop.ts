/**
 * A shop that answers what a test tells it to, and remembers what it was asked. What it says for
 * support is held to that service's OpenAPI document, requests and answers alike.
 *
 * @module
 */
import { contract, readDocument } from '@bookshop/kit/http/contract'
import { listen } from '@bookshop/kit/http/server'
import express, { type ErrorRequestHandler, type RequestHandler, type Response } from 'express'

export interface Asked {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: unknown
}

/** An answer's body, or a status alone; `hang` answers when it is released. */
export type Told = object | number | 'hang'
export type Answers = Record<string, Told>

export interface FakeShop {
  readonly url: string
  readonly asked: Asked[]
  /** By method and path, such as `GET /api/books/7`; a `*` at the end stands for the rest. */
  answers: Answers
  /** Answers those that hang, and from now on at once. */
  release(key: string, told: Told): void
  stop(): Promise<void>
}

const supportDocument = readDocument(new URL('../../support/openapi.yaml', import.meta.url))
/** Any login is an agent's: who may do what is the real service's to say. */
const anyLogin = async (headers: { cookie?: string | undefined }) =>
  headers.cookie === undefined
    ? null
    : { userId: 1, name: 'A', roles: ['staff'], scopes: [], clientId: null, sid: null }

const showFailure: ErrorRequestHandler = (
  error: { status?: number; message: string },
  _q,
  res,
  _n,
) => {
  const status = error.status ?? 500
  res.status(status).json({ error: { code: `contract_${status}`, message: error.message } })
}

const find = (answers: Answers, key: string): Told | undefined =>
  answers[key] ??
  Object.entries(answers).find(
    ([pattern]) => pattern.endsWith('*') && key.startsWith(pattern.slice(0, -1)),
  )?.[1]

export async function fakeShop(answers: Answers, held = true): Promise<FakeShop> {
  const asked: Asked[] = []
  const fake = { asked, answers }
  const hanging = new Map<string, (told: Told) => void>()
  const answer: RequestHandler = (request, response) => {
    const { method, path, headers, body } = request
    asked.push({ method, path: request.originalUrl, headers, body })
    const told = find(fake.answers, `${method} ${path}`)
    if (told === 'hang') {
      hanging.set(`${method} ${path}`, (later) => reply(response, later))
      return
    }
    reply(response, told)
  }
  const reply = (response: Response, told: Told | undefined): void => {
    if (told === undefined || typeof told === 'number') {
      const status = told ?? 404
      const problem = { error: { code: 'not_found', message: 'nothing here' } }
      response.status(status).json(status < 300 ? {} : problem)
      return
    }
    response.json(told)
  }
  const app = express()
  app.use(express.json(), express.raw({ type: 'image/*', limit: '3mb' }))
  if (held) {
    const validate = contract(supportDocument, anyLogin, true)
    for (const one of validate)
      app.use((request, response, next) =>
        request.path.startsWith('/api/support/') ? one(request, response, next) : next(),
      )
  }
  app.use(answer)
  app.use(showFailure)
  const server = await listen(app, '127.0.0.1', 0)
  return Object.assign(fake, {
    url: `http://127.0.0.1:${server.port}`,
    release(key: string, told: Told) {
      fake.answers[key] = told
      hanging.get(key)?.(told)
    },
    stop: () => server.stop(),
  })
}
