/**
 * What edges have found out by comparing answers, and the rounds that it counts for.
 *
 * @module
 */
import { differenceKinds, type Outcome, type RouteEvidence, type Tally } from '@matapalo/core'
import type { Session } from '@matapalo/runtime'
import { z } from 'zod'
import { fromJson, isoTime, toJson } from './json.ts'

type Reader = Pick<Session, 'query'>
type Writer = Pick<Session, 'execute'>

const count = z.int().nonnegative()

const sampleSchema = z.strictObject({
  kind: z.enum(differenceKinds),
  path: z.string().max(500),
  control: z.string().max(200),
  candidate: z.string().max(200),
  outcome: z.enum(['mismatch', 'inconclusive']),
  at: z.iso.datetime(),
  requestId: z.string().max(200),
})

/** What an edge tells of one route: totals since it started and the round began. */
export const reportSchema = z.strictObject({
  domain: z.string().max(64),
  round: count,
  route: z.string().max(400),
  tally: z.strictObject({
    equal: count,
    racing: count,
    mismatch: count,
    inconclusive: count,
    dropped: count,
  }),
  fields: z.array(z.string().max(500)).max(50),
  samples: z.array(sampleSchema).max(200),
})

export type RouteReport = z.infer<typeof reportSchema>
export type SeenSample = z.infer<typeof sampleSchema> & { readonly edge: string }

/** Of an older round nothing is kept: its rules were others. */
export async function recordTallies(
  db: Writer,
  edge: string,
  boot: string,
  reports: readonly RouteReport[],
): Promise<void> {
  for (const { domain, round, route, tally, fields, samples } of reports) {
    await db.execute(
      `INSERT INTO parity_tally
         (domain, round, edge, boot, route, equal, racing, mismatch, inconclusive, dropped, detail)
       SELECT name, parity_round, ?, ?, ?, ?, ?, ?, ?, ?, ? FROM domain
       WHERE name = ? AND parity_round = ?
       ON DUPLICATE KEY UPDATE equal = VALUES(equal), racing = VALUES(racing),
         mismatch = VALUES(mismatch), inconclusive = VALUES(inconclusive),
         dropped = VALUES(dropped), detail = VALUES(detail)`,
      [
        ...[edge, boot, route],
        ...[tally.equal, tally.racing, tally.mismatch, tally.inconclusive, tally.dropped],
        toJson({ fields, samples }),
        ...[domain, round],
      ],
    )
  }
}

export interface Evidence extends RouteEvidence {
  readonly samples: readonly SeenSample[]
  /** ISO, UTC; when an edge last told something new. */
  readonly at: string | null
}

/** By route, over all edges and all their lives in this round. */
export async function readEvidence(
  db: Reader,
  domain: string,
  round: number,
): Promise<ReadonlyMap<string, Evidence>> {
  const rows = await db.query(
    `SELECT edge, route, equal, racing, mismatch, inconclusive, dropped, detail, at
     FROM parity_tally WHERE domain = ? AND round = ? ORDER BY at`,
    [domain, round],
  )
  const all = new Map<string, Evidence>()
  for (const row of rows) {
    const route = String(row.route)
    const before = all.get(route)
    const sum = (outcome: Outcome): number => (before?.tally[outcome] ?? 0) + Number(row[outcome])
    const tally: Tally = {
      equal: sum('equal'),
      racing: sum('racing'),
      mismatch: sum('mismatch'),
      inconclusive: sum('inconclusive'),
      dropped: sum('dropped'),
    }
    const detail = fromJson<Pick<RouteReport, 'fields' | 'samples'>>(row.detail)
    const samples = (detail?.samples ?? []).map((one) => ({ ...one, edge: String(row.edge) }))
    all.set(route, {
      ...{ route, tally },
      fields: [...new Set([...(before?.fields ?? []), ...(detail?.fields ?? [])])],
      samples: [...(before?.samples ?? []), ...samples],
      at: isoTime(row.at),
    })
  }
  return all
}

/** What was found so far counts no more. */
export async function beginRound(db: Writer, domain: string): Promise<void> {
  await db.execute(
    'UPDATE domain SET parity_round = parity_round + 1, parity_since = NOW(6) WHERE name = ?',
    [domain],
  )
  await db.execute('DELETE FROM parity_tally WHERE domain = ?', [domain])
}

export async function setReads(
  db: Writer,
  domain: string,
  { rate, share }: { readonly rate: number; readonly share: number | null },
): Promise<void> {
  await db.execute('UPDATE domain SET shadow_rate = ?, canary_share = ? WHERE name = ?', [
    rate,
    share,
    domain,
  ])
}
