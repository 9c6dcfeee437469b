/**
 * Markers: rows written into the source database so that they travel in the change feed. A marker's
 * number is a token: "everything that committed before this marker was written".
 *
 * Every marker is an UPDATE of the domain's one row, so tokens are gapless and in commit order.
 * `written_at` makes sure that the row really changes and reaches the binlog.
 *
 * @module
 */
import { randomUUID } from 'node:crypto'
import { MatapaloError, type Side } from '@matapalo/core'
import type { Db, Log, Session } from '@matapalo/runtime'
import { sleep } from '@matapalo/runtime'
import { markerTable } from './names.ts'

/** The domain was not prepared on this server, or its marker row was deleted. */
export class MarkerMissing extends MatapaloError {
  readonly code = 'MATAPALO_MARKER_MISSING'

  constructor(domain: string) {
    super(`${domain}: no marker row on this server; run: matapalo prepare ${domain}`)
  }
}

export interface Marker {
  readonly n: bigint
  /** Changes when the row is made anew: tokens of another generation mean nothing. */
  readonly generation: string
  readonly term: number
  readonly owner: Side | null
  readonly seq: number
}

type Executor = Pick<Session, 'execute'>

/** Makes the row if there is none. */
export async function ensureMarker(db: Db, domain: string): Promise<void> {
  await db.execute(
    `INSERT IGNORE INTO ${markerTable(domain)} (id, n, generation, term, owner, seq, written_at)
     VALUES (1, 0, ?, 0, NULL, 0, NOW(6))`,
    [randomUUID()],
  )
}

/** @returns the token; the write is durable and committed (unless `db` is inside a transaction) */
export async function writeMarker(db: Executor, domain: string): Promise<bigint> {
  const result = await db.execute(
    `UPDATE ${markerTable(domain)} SET n = LAST_INSERT_ID(n + 1), written_at = NOW(6) WHERE id = 1`,
  )
  if (result.affectedRows === 0) throw new MarkerMissing(domain)
  return BigInt(result.insertId)
}

export interface OwnerMarker {
  readonly term: number
  readonly owner: Side
  /** From the ledger; grows with each step. A write at or below the stored one is refused. */
  readonly seq: number
}

/**
 * Says in-band who owns the domain from here on. Appliers flip mode when they meet it.
 *
 * @returns the token, or null when the row already carries this seq or a newer one
 */
export async function writeOwnerMarker(
  db: Executor,
  domain: string,
  { term, owner, seq }: OwnerMarker,
): Promise<bigint | null> {
  const result = await db.execute(
    `UPDATE ${markerTable(domain)}
     SET n = LAST_INSERT_ID(n + 1), term = ?, owner = ?, seq = ?, written_at = NOW(6)
     WHERE id = 1 AND seq < ? AND term <= ?`,
    [term, owner, seq, seq, term],
  )
  return result.affectedRows === 0 ? null : BigInt(result.insertId)
}

export async function readMarker(db: Pick<Db, 'query'>, domain: string): Promise<Marker | null> {
  const [row] = await db.query(
    `SELECT n, generation, term, owner, seq FROM ${markerTable(domain)} WHERE id = 1`,
  )
  if (row === undefined) return null
  return {
    n: BigInt(String(row.n)),
    generation: String(row.generation),
    term: Number(row.term),
    // The column is an ENUM of exactly the two sides.
    owner: row.owner as Side | null,
    seq: Number(row.seq),
  }
}

/**
 * Writes a marker every `everyMs`, so that lag is known, and offsets move, when tables are idle.
 * Failures are logged and tried again.
 */
export function startHeartbeat(
  db: Db,
  domain: string,
  everyMs: number,
  log: Log,
  onToken: (token: bigint) => void = () => {},
): { stop(): Promise<void> } {
  const stopping = new AbortController()
  const loop = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      try {
        onToken(await writeMarker(db, domain))
      } catch (error) {
        log.warn({ domain, err: error }, 'heartbeat.failed')
      }
      await sleep(everyMs, undefined, { signal: stopping.signal }).catch(() => undefined)
    }
  }
  const running = loop()
  return {
    stop: () => {
      stopping.abort()
      return running
    },
  }
}
