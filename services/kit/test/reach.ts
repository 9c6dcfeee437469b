/**
 * Who reaches what: every verb of every path of an OpenAPI document, asked by every kind of caller
 * about one person's things. The document says who may call; whose the things are, the world says.
 *
 * An outsider is whoever is not the owner and has no role that the document lets in. No answer to an
 * outsider may hold one of the owner's secrets, and nothing of the owner's may be another afterwards.
 *
 * @module
 */
import { readFileSync } from 'node:fs'
import { parse } from 'yaml'

type Json = Readonly<Record<string, unknown>>

export interface ApiText {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Json>>>>
  readonly components: Readonly<Record<string, Readonly<Record<string, Json>>>>
}

/** Of a service: `documentOf('orders')`. */
export const documentOf = (service: string): ApiText =>
  parse(readFileSync(new URL(`../../${service}/openapi.yaml`, import.meta.url), 'utf8')) as ApiText

interface ManifestText {
  readonly routes: readonly {
    readonly path: string
    readonly methods: readonly string[]
    readonly side?: string
  }[]
}

/** The part of a service's document that the old shop answers too. */
export function alsoAtTheOldShop(service: string): ApiText {
  const file = new URL(`../../${service}/manifest.yaml`, import.meta.url)
  const { routes } = parse(readFileSync(file, 'utf8')) as ManifestText
  const shape = (path: string): string => path.replace(/\{\w+\}|:\w+/g, ':')
  const shared = new Set(
    routes
      .filter(({ side }) => side === undefined)
      .flatMap(({ path, methods }) => methods.map((method) => `${method} ${shape(path)}`)),
  )
  const document = documentOf(service)
  const paths = Object.entries(document.paths).map(([path, methods]) => [
    path,
    Object.fromEntries(
      Object.entries(methods).filter(([method]) =>
        shared.has(`${method.toUpperCase()} ${shape(path)}`),
      ),
    ),
  ])
  return {
    ...document,
    paths: Object.fromEntries(paths.filter(([, one]) => Object.keys(one as object).length > 0)),
  }
}

export interface Caller {
  readonly name: string
  /** Whose things they are. */
  readonly isOwner: boolean
  /** Null: nobody, or a program. */
  readonly person: 'owner' | 'stranger' | 'colleague' | null
  readonly roles: readonly string[]
  /** Of a program; undefined for people. */
  readonly scopes?: readonly string[]
}

export interface Operation {
  readonly id: string
  readonly method: string
  readonly path: string
  /** Null: anybody. Undefined: the document does not have this verb. */
  readonly demand: Demand | null | undefined
  readonly body: Json | undefined
}

interface Demand {
  /** Null: any person. */
  readonly roles: readonly string[] | null
  readonly scopes: readonly string[]
}

export interface Instance {
  readonly path: string
  /** The path names something of the owner's: an outsider is answered 4xx. */
  readonly isOwned: boolean
}

export interface World {
  /** Programs with a token can be asked as. */
  readonly knowsPrograms: boolean
  /** Something new of the owner's for each question; several where there are several kinds. */
  about(operation: Operation): Promise<readonly Instance[]>
  /** Values of the body's fields by name; the rest is made up. The owner's things, where there are. */
  fields(operation: Operation, path: string): Readonly<Record<string, unknown>>
  ask(
    caller: Caller,
    method: string,
    path: string,
    body: unknown,
  ): Promise<{ readonly status: number; readonly text: string }>
  /** Texts that stand in the owner's things and nowhere else. */
  secrets(): readonly string[]
  /** Everything that is the owner's, as it is kept, in a fixed order. */
  things(): Promise<unknown>
  /** Roles that see or change a person's things besides what the document's security says. */
  readonly alsoMay: Readonly<Record<string, readonly string[]>>
  /** Operations that are not asked, and why. */
  readonly leftOut: Readonly<Record<string, string>>
  /** Operations that cannot be shown to work for those who may, and why. */
  readonly unshown: Readonly<Record<string, string>>
}

export interface Reached {
  /** Requests of outsiders. */
  readonly asked: number
  /** One line for each that should not be so. */
  readonly wrong: readonly string[]
  /** Operations that showed a secret to somebody who may see it. */
  readonly shown: readonly string[]
}

const verbs = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

function demandOf(document: ApiText, operation: Json): Demand | null {
  const security = operation.security as readonly Json[] | undefined
  if (security === undefined || security.some((one) => Object.keys(one).length === 0)) return null
  const name = Object.keys(security[0] ?? {})[0] ?? ''
  const scheme = document.components.securitySchemes?.[name] as
    | { 'x-roles'?: readonly string[]; 'x-scopes'?: readonly string[] }
    | undefined
  return { roles: scheme?.['x-roles'] ?? null, scopes: scheme?.['x-scopes'] ?? [] }
}

function contentOf(document: ApiText, body: Json | undefined): Json | undefined {
  if (typeof body?.$ref !== 'string') return body?.content as Json | undefined
  const [, , kind = '', name = ''] = body.$ref.split('/')
  return document.components[kind]?.[name]?.content as Json | undefined
}

/** All verbs of all paths; those that the document has first. */
export function operationsOf(document: ApiText): readonly Operation[] {
  const all = Object.entries(document.paths).flatMap(([path, methods]) =>
    verbs.map((method): Operation => {
      const described = methods[method.toLowerCase()]
      if (described === undefined) {
        return { id: `${method} ${path}`, method, path, demand: undefined, body: undefined }
      }
      const content = contentOf(document, described.requestBody as Json | undefined)
      const json = content?.['application/json'] as { schema?: Json } | undefined
      const demand = demandOf(document, described)
      return { id: String(described.operationId), method, path, demand, body: json?.schema }
    }),
  )
  return [
    ...all.filter((one) => one.demand !== undefined),
    ...all.filter((one) => one.demand === undefined),
  ]
}

export function callersOf(document: ApiText, knowsPrograms: boolean): readonly Caller[] {
  const schemes = Object.values(document.components.securitySchemes ?? {})
  const lists = (name: string) => schemes.flatMap((one) => (one[name] ?? []) as readonly string[])
  const roles = new Set(lists('x-roles'))
  const person = (name: string, roles: readonly string[]): Caller => ({
    name,
    isOwner: name === 'owner',
    person: name === 'owner' || name === 'stranger' ? name : 'colleague',
    roles,
  })
  const program = (name: string, scopes: readonly string[]): Caller => ({
    name,
    isOwner: false,
    person: null,
    roles: ['system'],
    scopes,
  })
  return [
    { name: 'nobody', isOwner: false, person: null, roles: [] },
    person('stranger', ['customer']),
    ...[...roles].map((role) => person(role, [role])),
    ...(knowsPrograms ? [program('program without scopes', [])] : []),
    ...(knowsPrograms
      ? [...new Set(lists('x-scopes'))].map((scope) => program(`program with ${scope}`, [scope]))
      : []),
    person('owner', ['customer']),
  ]
}

const isNobody = ({ person, scopes }: Caller): boolean => person === null && scopes === undefined

function satisfies(caller: Caller, demand: Demand): boolean {
  if (isNobody(caller)) return false
  if (demand.roles === null) return caller.person !== null
  if (!demand.roles.some((role) => caller.roles.includes(role))) return false
  return caller.person !== null || demand.scopes.every((scope) => caller.scopes?.includes(scope))
}

function mayReach(caller: Caller, { id, demand }: Operation, { alsoMay }: World): boolean {
  if (demand === undefined) return false
  if (demand === null) return caller.isOwner
  if (!satisfies(caller, demand)) return false
  if (caller.isOwner || demand.roles !== null) return true
  return caller.roles.some((role) => alsoMay[id]?.includes(role))
}

const guesses = ['r-1', 'CO', '1', 'a@reach.test', 'x', '12.50', '2026-01-01', 'a'.repeat(43)]

/** A body by its schema, with everything that `fields` has a value for. */
export function sampleOf(document: ApiText, schema: Json, fields: Json, name = ''): unknown {
  const again = (inner: unknown) => sampleOf(document, inner as Json, fields, name)
  if (Object.hasOwn(fields, name)) return fields[name]
  if (typeof schema.$ref === 'string') {
    const [, , kind = '', at = ''] = schema.$ref.split('/')
    return again(document.components[kind]?.[at])
  }
  if (Array.isArray(schema.allOf)) return Object.assign({}, ...schema.allOf.map(again))
  for (const choice of [schema.anyOf, schema.oneOf])
    if (Array.isArray(choice)) return again(choice[0])
  if (Array.isArray(schema.enum)) return schema.enum[0]
  if (schema.type === 'array') return schema.items === undefined ? [] : [again(schema.items)]
  if (
    schema.type === 'object' ||
    schema.properties !== undefined ||
    schema.required !== undefined
  ) {
    const required = (schema.required ?? []) as readonly string[]
    const properties = Object.entries((schema.properties ?? {}) as Json)
    return Object.fromEntries(
      properties
        .filter(([key]) => required.includes(key) || Object.hasOwn(fields, key))
        .map(([key, inner]) => [key, sampleOf(document, inner as Json, fields, key)]),
    )
  }
  if (schema.type === 'integer' || schema.type === 'number') return schema.minimum ?? 1
  if (schema.type === 'boolean') return true
  const { pattern, minLength = 1, maxLength = 1e9 } = schema as Readonly<Record<string, never>>
  const fits = (text: string) => pattern === undefined || new RegExp(pattern, 'u').test(text)
  const long = [...guesses, 'x'.repeat(Number(minLength))]
  return long.find((one) => fits(one) && one.length >= minLength && one.length <= maxLength) ?? 'x'
}

/** Everybody asks everything. */
export async function reach(document: ApiText, world: World): Promise<Reached> {
  const wrong: string[] = []
  const shown: string[] = []
  let asked = 0
  const callers = callersOf(document, world.knowsPrograms)

  async function one(operation: Operation, caller: Caller): Promise<void> {
    const { id, method, path, demand, body: schema } = operation
    const entitled = mayReach(caller, operation, world)
    if (entitled && Object.hasOwn(world.unshown, id)) return
    for (const instance of await world.about(operation)) {
      const say = (what: string) => wrong.push(`${caller.name}: ${method} ${path}: ${what}`)
      const body = schema && sampleOf(document, schema, world.fields(operation, instance.path))
      const before = entitled ? null : JSON.stringify(await world.things())
      const { status, text } = await world.ask(caller, method, instance.path, body)
      const seen = world.secrets().some((secret) => text.includes(secret))
      if (entitled) {
        if (seen) shown.push(id)
        // Also a refusal by the state of things shows that the caller got there.
        if (demand !== null && ![200, 201, 202, 204, 409].includes(status))
          say(`may, and got ${status} ${text.slice(0, 200)}`)
        continue
      }
      asked += 1
      if (seen) say(`sees a secret (${status})`)
      const after = JSON.stringify(await world.things())
      if (after !== before) say(`changes something (${status})`)
      if (status >= 500) say(`got ${status}`)
      if (demand === undefined || demand === null) continue
      if (!satisfies(caller, demand)) {
        const due = isNobody(caller) ? 401 : 403
        if (status !== due) say(`got ${status} in place of ${due}`)
      } else if (instance.isOwned && (status < 400 || status === 400)) say(`got ${status}`)
    }
  }

  for (const operation of operationsOf(document)) {
    if (Object.hasOwn(world.leftOut, operation.id)) continue
    for (const caller of callers) await one(operation, caller)
  }
  return { asked, wrong, shown: [...new Set(shown)].sort() }
}
