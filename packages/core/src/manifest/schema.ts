/**
 * The grammar of a manifest and of `matapalo.yaml`, in one place: it checks documents here and is
 * published as JSON Schema for editors.
 *
 * @module
 */
import { z } from 'zod'
import { tolerances } from '../routeTable.ts'
import { drainSchema } from './drain.ts'
import { emitSchema } from './emits.ts'
import { paritySchema } from './parity.ts'
import { duration, identifier, name, reason, scalar, scalarOrNull } from './words.ts'

export const methodNames = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const
const methods = z.array(z.enum(methodNames)).min(1)

const routePath = z
  .string()
  .regex(
    /^\/(?:$|\*$|(?:[^/?#\s*:]+|:[A-Za-z_]\w*)(?:\/(?:[^/?#\s*:]+|:[A-Za-z_]\w*))*(?:\/\*)?$)/,
    'is not a route path: whole segments, `:name` for one segment, a last `/*` for any rest',
  )

/** A value, or `true` for "present with any value". */
const predicates = z.record(z.string().min(1), z.union([z.string(), z.number(), z.literal(true)]))

const tolerated = z
  .array(z.enum(tolerances))
  .optional()
  .describe('Path spellings with several readings (`;a=b`, `%2F`, `//`) that pass nevertheless')

const routeFields = {
  path: routePath,
  access: z
    .enum(['read', 'write'])
    .optional()
    .describe('Default: by method; GET, HEAD and OPTIONS read, the others write'),
  writes: z.array(name).optional().describe('Domains whose tables a request may write'),
  reads: z.array(name).optional().describe('Domains whose tables the answer reads'),
  roles: z.array(z.string().min(1)).min(1).optional().describe('Any of these is required'),
  scopes: z
    .array(z.string().regex(/^[!#-[\]-~]+$/, 'is not a scope (RFC 6749 3.3)'))
    .min(1)
    .optional()
    .describe(
      'All of these are required of a bearer token; a session is the person and has no scopes',
    ),
  login: z.boolean().optional().describe('A signed identity is required'),
  host: z.string().min(1).optional(),
  query: predicates.optional(),
  headers: predicates.optional(),
  tolerates: tolerated,
  maxBody: z
    .int()
    .min(0)
    .optional()
    .describe("Most octets of a request's content; default: the edge's own limit"),
  overrides: z
    .array(name)
    .optional()
    .describe('Domains of whose wider routes this is a deliberate exception'),
}

const domainRoute = z.strictObject({
  ...routeFields,
  methods,
  side: z
    .literal('service')
    .optional()
    .describe('Always served by the service, whoever owns the domain: the monolith never had it'),
})
const projectRoute = z.strictObject({ ...routeFields, methods: methods.optional() })

export const lensKeys = ['enum', 'boolean', 'minorUnits', 'instant', 'json'] as const

const lens = z.strictObject({
  from: identifier.optional(),
  enum: z.record(z.string(), scalar).optional().describe('Source value: target value, one to one'),
  boolean: z
    .union([z.enum(['tinyint', 'YN']), z.strictObject({ true: scalar, false: scalar })])
    .optional()
    .describe('How the source writes a boolean; the target holds 1 and 0'),
  minorUnits: z
    .int()
    .min(0)
    .max(18)
    .optional()
    .describe('DECIMAL to an integer of its smallest unit: 2 for cents'),
  instant: z.string().optional().describe('Zone of the local DATETIME; the target holds UTC'),
  json: z.literal(true).optional(),
  constant: scalarOrNull.optional().describe('The target column always holds this'),
  whenNull: scalar.optional().describe('What the target holds for a NULL of the source'),
  lossy: reason.optional().describe('Why a value may change on its way there and back'),
})

const column = z.union([identifier, lens])

const leave = z.union([
  reason,
  z.strictObject({ why: reason, reverseDefault: scalarOrNull.optional() }),
])

const table = z.strictObject({
  to: z.record(identifier, z.record(identifier, column)),
  leave: z.record(identifier, leave).optional().describe('Source columns that stay, and why'),
})

const foreignKey = z.strictObject({
  constraint: identifier,
  decision: z.enum(['drop', 'forbid-deletes']),
  why: reason,
})

const job = z.strictObject({
  why: reason,
  account: identifier.optional().describe('Its database account, if it has one of its own'),
  tables: z
    .array(identifier)
    .min(1)
    .optional()
    .describe('All tables that its transactions write; absent: tables of this domain only'),
})

const budgets = z.strictObject({
  lag: duration.optional(),
  hold: duration.optional(),
  drain: duration.optional(),
  fence: duration.optional(),
  catchUp: duration.optional(),
  verify: duration.optional(),
  reverseWindow: duration.optional(),
})

export const manifestSchema = z.strictObject({
  domain: name,
  upstream: name.describe('Upstream that takes the domain over; its replicas are in matapalo.yaml'),
  schemas: z
    .strictObject({ source: identifier, target: identifier })
    .optional()
    .describe('Absent only where there are no tables'),
  accounts: z
    .strictObject({ source: identifier.optional(), target: identifier.optional() })
    .optional()
    .describe("The applications' own database accounts; neither may have DROP on owned tables"),
  routes: z.array(domainRoute).min(1),
  tables: z
    .record(identifier, table)
    .optional()
    .describe('Absent: pages only, a transfer moves the routes and nothing else'),
  foreignKeys: z.array(foreignKey).optional(),
  triggers: z.record(identifier, reason).optional().describe('Harmless triggers, and why'),
  ids: z.enum(['auto_increment', 'application']).optional(),
  drain: drainSchema.optional(),
  serviceOnly: z
    .array(z.string().min(1))
    .optional()
    .describe('Tables, or `table.column`, that only the service has: not fenced, not rolled back'),
  emits: z
    .array(emitSchema)
    .optional()
    .describe('Rows of the outbox that the applier writes once a domain was rolled back'),
  parity: paritySchema.optional(),
  budgets: budgets.optional(),
  settle: duration.optional(),
  jobs: z
    .record(z.string(), z.union([reason, job]))
    .optional()
    .describe('Writers outside HTTP that are known, and why they may be refused'),
})

export const portPattern = /^\d{1,5}$/
const database = z.strictObject({
  host: z.string().min(1),
  port: z.union([z.int().min(1).max(65535), z.string().regex(portPattern, 'is not a port')]),
})

const domains = z.union([z.literal('all'), z.array(name)])

export const projectSchema = z.strictObject({
  project: name,
  databases: z.strictObject({ monolith: database, services: database }),
  upstreams: z
    .record(name, z.array(z.url({ protocol: /^https?$/ })).min(1))
    .refine((u) => 'monolith' in u, 'does not name the upstream `monolith`'),
  session: z.strictObject({
    cookie: z.string().min(1),
    introspect: z.string().startsWith('/'),
  }),
  routes: z.array(projectRoute).optional(),
  unlisted: z
    .strictObject({
      reads: domains.optional(),
      writes: domains.optional(),
      tolerates: tolerated,
    })
    .optional(),
})

export type ManifestDocument = z.infer<typeof manifestSchema>
export type ProjectDocument = z.infer<typeof projectSchema>
export type RouteDocument = z.infer<typeof projectRoute> &
  Partial<Pick<z.infer<typeof domainRoute>, 'side'>>
export type TableDocument = z.infer<typeof table>
export type LensDocument = z.infer<typeof lens>
