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
import { type Identity, identityHeader, type ReadIdentity } from '../identity.ts'

const documentFile = new URL('../../openapi.yaml', import.meta.url)

type ApiDocument = Exclude<Parameters<typeof OpenApiValidator.middleware>[0]['apiSpec'], string>

// The document is checked against OpenAPI's own schema by the validator when it starts.
export const readDocument = (): ApiDocument =>
  parse(readFileSync(documentFile, 'utf8')) as ApiDocument

const identities = new WeakMap<object, Identity>()

/** The verified caller of an operation that asks for a role. */
export function callerOf(request: Request): Identity {
  const identity = identities.get(request)
  if (!identity) throw new TypeError('the operation has no security requirement in openapi.yaml')
  return identity
}

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
    apiSpec: document,
    validateApiSpec: true,
    validateRequests: { allowUnknownQueryParameters: true, coerceTypes: false },
    validateResponses,
    validateSecurity: { handlers: roleChecks(document, readIdentity) },
  })
}

type Refusal = Error & { status: number }

const refusal = (status: number): Refusal =>
  Object.assign(new Error(status === 401 ? 'Log in to do this' : 'This account may not do this'), {
    status,
  })

/** One check for each security scheme of the document: its `x-roles`, any of which will do. */
function roleChecks(document: ApiDocument, readIdentity: ReadIdentity) {
  const schemes = Object.entries(document.components?.securitySchemes ?? {})
  return Object.fromEntries(
    schemes.map(([name, scheme]) => {
      const roles = (scheme as { readonly 'x-roles'?: readonly string[] })['x-roles'] ?? []
      const check = async (request: Request): Promise<boolean> => {
        const identity = await readIdentity(request.get(identityHeader))
        if (identity === null) throw refusal(401)
        if (!roles.some((role) => identity.roles.includes(role))) throw refusal(403)
        identities.set(request, identity)
        return true
      }
      return [name, check]
    }),
  )
}

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
