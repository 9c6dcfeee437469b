/**
 * A route table as it arrives: from a stream, a ledger or a file, so from outside.
 *
 * What an edge decides by is looked at whole before it comes into force. Members that this edge does
 * not know are let through: a newer control plane may say more.
 *
 * @module
 */
import type { RouteTable } from '@matapalo/core'
import { z } from 'zod'
import { TableInvalid } from '../errors.ts'

const name = z.string().min(1)
const predicates = z.array(z.looseObject({ name, equals: z.string().optional() })).optional()
const origin = z.string().refine((text) => {
  if (!URL.canParse(text)) return false
  const { protocol, pathname, search, username } = new URL(text)
  const web = protocol === 'http:' || protocol === 'https:'
  return web && pathname === '/' && search === '' && username === ''
}, 'expected http(s)://host:port')

const domain = z.looseObject({
  domain: name,
  phase: name,
  owner: z.enum(['monolith', 'service']),
  term: z.int().nonnegative(),
  hold: z.boolean(),
  service: name,
})

const route = z.looseObject({
  id: name,
  domain: name.nullable(),
  methods: z.array(name).min(1),
  path: z.string().startsWith('/'),
  host: name.optional(),
  query: predicates,
  headers: predicates,
  access: z.enum(['read', 'write']).optional(),
  declared: z.boolean().optional(),
  writes: z.array(name),
  reads: z.array(name),
  roles: z.array(name).optional(),
  scopes: z.array(name).optional(),
  login: z.boolean().optional(),
  side: z.literal('service').optional(),
  tolerates: z.array(name).optional(),
  maxBody: z.int().nonnegative().optional(),
})

const schema = z
  .looseObject({
    epoch: z.int().nonnegative(),
    domains: z.array(domain),
    routes: z.array(route),
    upstreams: z.record(name, z.array(origin)),
    sessions: name.nullish(),
    retired: z.boolean().optional(),
  })
  .superRefine(({ domains, upstreams, retired }, context) => {
    const refuse = (path: (string | number)[], message: string) =>
      context.addIssue({ code: 'custom', path, message })
    const known = new Set<string>()
    for (const [at, { domain, owner, service }] of domains.entries()) {
      if (known.has(domain)) refuse(['domains', at, 'domain'], `${domain} stands twice`)
      known.add(domain)
      const replicas = upstreams[service]?.length ?? 0
      if (owner === 'service' && replicas === 0) {
        refuse(['domains', at, 'service'], `${service}, which owns ${domain}, has no replica`)
      }
    }
    if (retired !== true && (upstreams.monolith?.length ?? 0) === 0) {
      refuse(['upstreams', 'monolith'], 'the monolith has no replica')
    }
  })

/** @throws TableInvalid */
export function checkedTable(value: unknown): RouteTable {
  const result = schema.safeParse(value)
  // The schema keeps what it does not know; what it knows is of the type's shape.
  if (result.success) return value as RouteTable
  const problems = result.error.issues
    .slice(0, 5)
    .map(({ path, message }) => `${path.join('.') || 'table'}: ${message}`)
  throw new TableInvalid(epochOf(value), problems)
}

function epochOf(value: unknown): number | undefined {
  const epoch = (value as { readonly epoch?: unknown } | null)?.epoch
  return typeof epoch === 'number' ? epoch : undefined
}
