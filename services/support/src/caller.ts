/**
 * The person behind a request, and what the neighbours may be asked in that person's name.
 *
 * @module
 */
import { callerOf, userIdOf } from '@bookshop/kit/http/contract'
import type { Request } from 'express'

export interface Caller {
  readonly id: number
  readonly name: string
  /** Role `agent` or `staff`: reaches everybody's cases. */
  readonly isAgent: boolean
  readonly isStaff: boolean
  /** The caller's own login, as it came; for questions to a neighbour that the caller could ask too. */
  readonly login: Readonly<Record<string, string>>
}

const sessionCookie = /(?:^|;\s*)(sid=[^;\s]+)/

/** Of the cookies only the session's; `tracestate` tells the edge whose request a nested one serves. */
function loginOf({ headers }: Request): Caller['login'] {
  const cookie = sessionCookie.exec(headers.cookie ?? '')?.[1]
  const { authorization, tracestate } = headers
  return {
    ...(cookie === undefined ? {} : { cookie }),
    ...(authorization === undefined ? {} : { authorization }),
    ...(typeof tracestate === 'string' ? { tracestate } : {}),
  }
}

export function personOf(request: Request): Caller {
  const { name, roles } = callerOf(request)
  const isStaff = roles.includes('staff')
  return {
    id: userIdOf(request),
    name,
    isAgent: isStaff || roles.includes('agent'),
    isStaff,
    login: loginOf(request),
  }
}
