/**
 * The OpenAPI document as the contract: who may call, which requests are taken, and (in tests) what
 * an answer looks like. The only file that knows the validator.
 *
 * @module
 */
import { readFileSync } from 'node:fs'
import type { Request, RequestHandler } from 'express'
import OpenApiValidator from 'express-openapi-validator'
import { parse } from 'yaml'
import { ApiError, invalid } from '../errors.ts'
import type { Identity, ReadIdentity } from '../identity.ts'

export type ApiDocument = Exclude<
  Parameters<typeof OpenApiValidator.middleware>[0]['apiSpec'],
  string
>

// The document is checked against OpenAPI's own schema by the validator when it starts.
export const readDocument = (file: URL): ApiDocument =>
  parse(readFileSync(file, 'utf8')) as ApiDocument

const identities = new WeakMap<object, Identity>()
const outages = new WeakMap<object, unknown>()

/**
 * The verified caller of an operation that anybody may call, or null. Throws when it could not be
 * found out: that is not the same as nobody.
 */
export function callerOrNull(request: Request): Identity | null {
  if (outages.has(request)) throw outages.get(request)
  return identities.get(request) ?? null
}

/** The verified caller of an operation that asks for a login or a role. */
export function callerOf(request: Request): Identity {
  const identity = identities.get(request)
  if (!identity) throw new TypeError('the operation has no security requirement in openapi.yaml')
  return identity
}

/** The account behind the request. A program that logged in as itself has none: 403. */
export function userIdOf(request: Request): number {
  const { userId } = callerOf(request)
  if (userId === null) throw new ApiError(403, 'forbidden', 'This is for people only')
  return userId
}

/** The operation answers errors as problem details: `x-problem: true`. */
export const speaksProblems = (request: object): boolean =>
  (request as { openapi?: { schema?: { 'x-problem'?: unknown } } }).openapi?.schema?.[
    'x-problem'
  ] === true

/**
 * Refuses what the document does not describe. Security schemes are named after the role they ask
 * for; roles are checked before the rest of the request, so a stranger learns nothing of its form.
 */
export function contract(
  document: ApiDocument,
  readIdentity: ReadIdentity,
  validateResponses: boolean,
): RequestHandler[] {
  return OpenApiValidator.middleware({
    apiSpec: withOpenSchemes(document),
    validateApiSpec: true,
    validateRequests: { allowUnknownQueryParameters: true, coerceTypes: false },
    validateResponses,
    validateSecurity: { handlers: roleChecks(document, readIdentity) },
  })
}

/**
 * The validator would look for the one header that a scheme names; ours come in several (the edge's
 * assertion, a bearer token), so it is told of a kind of scheme that it leaves to the handlers.
 */
function withOpenSchemes(document: ApiDocument): ApiDocument {
  const schemes = Object.keys(document.components?.securitySchemes ?? {}).map((name) => [
    name,
    { type: 'openIdConnect', openIdConnectUrl: '/' } as const,
  ])
  return {
    ...document,
    components: { ...document.components, securitySchemes: Object.fromEntries(schemes) },
  }
}

type Refusal = Error & { status: number }

const refusal = (status: number): Refusal =>
  Object.assign(new Error(status === 401 ? 'Log in to do this' : 'This account may not do this'), {
    status,
  })

interface Demands {
  /** Any of them will do. Absent: every person who is logged in. */
  readonly 'x-roles'?: readonly string[]
  /** A program needs all of them besides the role; people are not asked. */
  readonly 'x-scopes'?: readonly string[]
}

function satisfies(identity: Identity, demands: Demands): boolean {
  const { 'x-roles': roles, 'x-scopes': scopes = [] } = demands
  if (roles === undefined) return identity.userId !== null
  if (!roles.some((role) => identity.roles.includes(role))) return false
  return identity.userId !== null || scopes.every((scope) => identity.scopes.includes(scope))
}

/** One check for each security scheme of the document. */
function roleChecks(document: ApiDocument, readIdentity: ReadIdentity) {
  const schemes = Object.entries(document.components?.securitySchemes ?? {})
  const identify = async (request: Request): Promise<Identity | null> => {
    try {
      return await readIdentity(request.headers)
    } catch (error) {
      outages.set(request, error)
      return null
    }
  }
  return Object.fromEntries(
    schemes.map(([name, scheme]) => {
      const check = async (request: Request): Promise<boolean> => {
        const identity = await identify(request)
        if (identity === null) throw refusal(401)
        if (!satisfies(identity, scheme as Demands)) throw refusal(403)
        identities.set(request, identity)
        return true
      }
      return [name, check]
    }),
  )
}

/** Who calls could not be found out: neither yes nor no. */
export const outageOf = (request: object): unknown => outages.get(request)

interface ValidatorError {
  readonly status?: unknown
  readonly message?: unknown
  readonly errors?: readonly { readonly path?: string; readonly message?: string }[]
}

/** `/body/items/0/quantity` → `quantity`; the name of the part itself when it has no field. */
const fieldOf = (path: string): string =>
  path
    .split(/[/.]/)
    .filter((part) => part !== '' && !/^\d+$/.test(part))
    .at(-1) ?? 'body'

/** Translates what the validator and the JSON parser throw; null when it is none of theirs. */
export function asContractError(error: unknown): ApiError | null {
  const { status, message, errors } = error as ValidatorError
  if (status === 401) return new ApiError(401, 'login_required', 'Log in to do this')
  if (status === 403) return new ApiError(403, 'forbidden', 'This account may not do this')
  if (status === 404 || status === 405)
    return new ApiError(404, 'not_found', 'There is no such page')
  if (status === 415) return invalid('content-type', 'application/json')
  if (status === 400 || status === 413) {
    const [first] = errors ?? []
    if (first?.path) return invalid(fieldOf(first.path), first.message ?? '')
    return new ApiError(status, 'invalid_request', String(message))
  }
  return null
}
