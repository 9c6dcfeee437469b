/**
 * Refreshing, made safe to repeat. The provider rotates a refresh token in one transaction here, and
 * its answer is kept, sealed, in the same transaction: the same request within a few seconds (a second
 * tab, a retry after a broken connection, a process killed before it answered) gets the same answer,
 * so there is one successor and never a lost one. Later, a used token ends its whole family.
 *
 * @module
 */
import { createHash } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { type Database, isDuplicate, type Transaction } from '@bookshop/kit/database'
import { ApiError } from '@bookshop/kit/errors'
import express, { type Request, type RequestHandler, type Response, Router } from 'express'
import { busy, GateFull, gate } from '../login/gate.ts'
import type { Secrets } from '../secrets.ts'
import { inside } from './records.ts'
import type { TokenSessions } from './tokenSessions.ts'

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface RefreshParts {
  readonly database: Database
  readonly secrets: Secrets
  readonly sessions: TokenSessions
  readonly graceSeconds: number
  readonly handle: (request: Request, response: Response) => Promise<void>
}

/** Transactions at once: each holds a connection of the pool. */
const atOnce = 4
const inLine = 500

/** Everything that makes the request: who does not know the client's secret gets no stored answer. */
const keyOf = (request: Request): string =>
  createHash('sha256')
    .update(JSON.stringify([request.headers.authorization ?? '', request.body]))
    .digest('hex')

/** Lets the provider answer without sending. */
async function captured(
  request: Request,
  response: Response,
  handle: RefreshParts['handle'],
): Promise<Answer> {
  const chunks: Buffer[] = []
  const end = response.end
  response.end = ((chunk?: unknown) => {
    if (typeof chunk === 'string' || Buffer.isBuffer(chunk))
      chunks.push(Buffer.from(chunk as string))
    return response
  }) as ServerResponse['end'] as Response['end']
  try {
    await handle(request, response)
  } finally {
    response.end = end
  }
  const headers = Object.fromEntries(
    Object.entries(response.getHeaders())
      .filter(([, value]) => typeof value === 'string')
      .map(([name, value]) => [name, String(value)]),
  )
  return { status: response.statusCode, headers, body: Buffer.concat(chunks).toString('utf8') }
}

function send(response: Response, { status, headers, body }: Answer): void {
  response.statusCode = status
  const { 'x-request-id': _, 'content-length': __, ...rest } = headers
  for (const [name, value] of Object.entries(rest)) response.setHeader(name, value)
  if (status === 503) response.setHeader('Retry-After', '1')
  response.setHeader('Content-Length', Buffer.byteLength(body))
  response.end(body)
}

const unavailable = (why: string, cause: unknown): ApiError =>
  new ApiError(503, 'unavailable', `${why}; try again`, { headers: { 'Retry-After': '1' }, cause })

class RolledBack extends Error {
  readonly answer: Answer
  constructor(answer: Answer) {
    super('nothing of it is kept')
    this.answer = answer
  }
}

export function refreshRoute(parts: RefreshParts): RequestHandler {
  const { database, secrets, sessions, graceSeconds, handle } = parts
  const under = gate(atOnce, inLine)
  const running = new Map<string, Promise<Answer>>()

  const stored = async (on: Database | Transaction, token: string): Promise<Answer | null> => {
    const row: { answer: string | null } | undefined = await on('refresh_answer')
      .where({ token })
      .whereRaw('created_at > UTC_TIMESTAMP(3) - INTERVAL ? SECOND', [graceSeconds])
      .first('answer')
    return row?.answer ? (JSON.parse(secrets.open(row.answer)) as Answer) : null
  }

  /** The owner of the sessions is asked before the transaction: that may take a while. */
  const confirmSession = async (token: string): Promise<void> => {
    const record: { grant_id: string | null } | undefined = await database('oidc_record')
      .where({ kind: 'RefreshToken', id: token })
      .whereNull('consumed_at')
      .first('grant_id')
    if (record?.grant_id == null) return
    try {
      await sessions.confirm(record.grant_id)
    } catch (cause) {
      throw unavailable('The session cannot be checked now', cause)
    }
  }

  /** True: ours. False: somebody has refreshed with this request before. */
  const claim = async (transaction: Transaction, token: string): Promise<boolean> => {
    try {
      const created_at = transaction.raw('UTC_TIMESTAMP(3)')
      await transaction('refresh_answer').insert({ token, created_at })
      return true
    } catch (error) {
      if (isDuplicate(error)) return false
      throw error
    }
  }

  const rotate = (request: Request, response: Response, token: string): Promise<Answer> =>
    database.transaction(async (transaction) => {
      const first = graceSeconds > 0 && (await claim(transaction, token))
      const before = graceSeconds > 0 && !first ? await stored(transaction, token) : null
      if (before !== null) return before
      const answer = await inside(transaction, () => captured(request, response, handle))
      if (answer.status >= 500) throw new RolledBack(answer)
      if (first && answer.status === 200) {
        const sealed = secrets.seal(JSON.stringify(answer))
        await transaction('refresh_answer').where({ token }).update({ answer: sealed })
      } else if (first) {
        await transaction('refresh_answer').where({ token }).delete()
      }
      return answer
    })

  const refresh = async (request: Request, response: Response, token: string) => {
    const known = graceSeconds > 0 ? await stored(database, token) : null
    if (known !== null) return known
    await confirmSession(String(request.body.refresh_token))
    try {
      return await under.run(() => rotate(request, response, token))
    } catch (error) {
      if (error instanceof RolledBack) return error.answer
      throw error instanceof GateFull ? busy(error) : error
    }
  }

  const router = Router()
  router.post(
    '/token',
    express.urlencoded({ extended: false, limit: '56kb' }),
    async (request, response, next) => {
      const { grant_type, refresh_token } = request.body ?? {}
      if (grant_type !== 'refresh_token' || typeof refresh_token !== 'string') return next()
      const token = keyOf(request)
      let answer = graceSeconds > 0 ? running.get(token) : undefined
      if (answer === undefined) {
        answer = refresh(request, response, token).finally(() => running.delete(token))
        running.set(token, answer)
      }
      send(response, await answer)
    },
  )
  return router
}

export async function sweepAnswers(database: Database, graceSeconds: number): Promise<void> {
  await database('refresh_answer')
    .whereRaw('created_at < UTC_TIMESTAMP(3) - INTERVAL ? SECOND', [graceSeconds + 60])
    .limit(1000)
    .delete()
}
