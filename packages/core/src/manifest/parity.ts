/**
 * `parity:` — how answers of both sides are compared while a domain is shadowed.
 *
 * @module
 */
import { z } from 'zod'
import type { Finding } from '../check/finding.ts'
import { parsePath } from '../parity/path.ts'
import { defaultRules, type ParityRules } from '../parity/rules.ts'
import type { RouteRule } from '../routeTable.ts'
import { reason } from './words.ts'

const path = z
  .string()
  .refine(
    (text) => parsePath(text) !== undefined,
    'is not a path: `$.items[*].price`, `$..updatedAt`, `status`, `header.location`',
  )

const day = z
  .string()
  .regex(/^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/, 'is not a day such as 2027-03-31')

const route = z.string().startsWith('/').optional().describe('Path of a route; absent: all')

const decimal = z
  .union([z.number().nonnegative(), z.string().regex(/^\d+(\.\d+)?$/, 'is not a decimal number')])
  .transform(String)

const share = z.number().min(0).max(1)

export const paritySchema = z
  .strictObject({
    ignore: z
      .array(z.strictObject({ path, until: day, why: reason, route }))
      .optional()
      .describe('Differences that are left out, until a day and for a reason'),
    tolerances: z
      .array(z.strictObject({ path, by: decimal, why: reason, route }))
      .optional()
      .describe('Most distance of two numbers'),
    unordered: z
      .array(z.union([path, z.strictObject({ path, route })]))
      .optional()
      .describe('Lists whose order says nothing'),
    show: z
      .array(path)
      .optional()
      .describe('Values that samples may show; others appear as kind, length and hash'),
    headers: z
      .array(z.string().regex(/^[a-z0-9-]+$/, 'is not a field name in lower case'))
      .optional()
      .describe('Fields of the head that must agree; default: content-type, location'),
    skip: z
      .array(z.strictObject({ route: z.string().startsWith('/'), why: reason }))
      .optional()
      .describe('Routes that are neither copied nor asked for by the gate'),
    samples: z.int().min(1).optional().describe('Compared answers of each route; default: 400'),
    agreement: share
      .optional()
      .describe('Wilson lower bound of the agreement of each route; default: 0.99'),
    conclusive: share
      .optional()
      .describe('Share of copies that must come to a conclusion; default: 0.9'),
    mismatches: share.optional().describe('Share of wrong answers that is put up with; default: 0'),
  })
  .describe('How the answers of both sides are compared; with it, a cutover asks the gate parity')

export type ParityDocument = z.infer<typeof paritySchema>

/** Leaves `route: undefined` out: what it gives survives a trip through JSON unchanged. */
const bare = <T extends { readonly route?: string | undefined }>(
  one: T,
): Omit<T, 'route'> & { readonly route?: string } => {
  const { route: of, ...rest } = one
  return of === undefined ? rest : { ...rest, route: of }
}

export function parityOf(written: ParityDocument | undefined): ParityRules | null {
  if (written === undefined) return null
  const { ignore = [], tolerances = [], unordered = [], ...rest } = written
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined))
  return {
    ...defaultRules,
    ...given,
    ignore: ignore.map(bare),
    tolerances: tolerances.map(bare),
    unordered: unordered.map((one) => (typeof one === 'string' ? { path: one } : bare(one))),
  }
}

/** A rule that speaks of a route which the domain does not have is a mistake in writing. */
export function checkParity(
  rules: ParityRules | null,
  routes: readonly Pick<RouteRule, 'path'>[],
): readonly Finding[] {
  if (rules === null) return []
  const known = new Set(routes.map(({ path: of }) => of))
  const named = [
    ...rules.ignore.map((one, n) => [`ignore.${n}`, one.route] as const),
    ...rules.tolerances.map((one, n) => [`tolerances.${n}`, one.route] as const),
    ...rules.unordered.map((one, n) => [`unordered.${n}`, one.route] as const),
    ...rules.skip.map((one, n) => [`skip.${n}`, one.route] as const),
  ]
  return named.flatMap(([at, of]) =>
    of === undefined || known.has(of)
      ? []
      : [
          {
            path: `parity.${at}.route`,
            message: `${of}: is no route of this domain`,
            remedy: `write its path as it stands under \`routes:\`, such as ${routes[0]?.path}`,
          },
        ],
  )
}
