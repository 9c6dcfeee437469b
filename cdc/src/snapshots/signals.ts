/**
 * Asking Debezium to read existing rows: signals are rows in the *source's* `debezium_signal`, so they
 * are durable, ordered with the changes, and wait for a connector that is down.
 *
 * @module
 */
import { randomUUID } from 'node:crypto'
import { MatapaloError, type Side } from '@matapalo/core'
import type { Db } from '@matapalo/runtime'
import { readApplierState } from '../applierState.ts'
import type { Kafka } from '../feed.ts'
import { toolkitTable } from '../names.ts'
import { loadTableFacts } from '../shapes/tables.ts'
import { notificationsTopic } from '../topics.ts'

/** One snapshot, as plain JSON: the ledger keeps it, so any process can go on watching it. */
export interface SnapshotRun {
  /** The signal's id; Debezium's notifications carry it. */
  readonly id: string
  readonly domain: string
  /** The side that is read. */
  readonly side: Side
  readonly schema: string
  readonly tables: readonly string[]
  /** Milliseconds since 1970. */
  readonly startedAt: number
  /** Offset in the notifications topic from before the signal. */
  readonly noticesFrom: string
  readonly estimatedRows: number
  /** `snapshot_rows` of the applier when it began. */
  readonly rowsBefore: string
}

/** Debezium takes no more in the signal's `data`. */
const dataLimit = 2048

/** The signal would not fit into Debezium's table. */
export class SignalTooLong extends MatapaloError {
  readonly code = 'MATAPALO_SIGNAL_TOO_LONG'

  constructor(type: string, length: number) {
    super(
      `signal ${type}: ${length} characters, limit is ${dataLimit}; ask for fewer tables or keys at a time`,
    )
  }
}

async function signal(db: Db, id: string, type: string, data: object): Promise<void> {
  const text = JSON.stringify(data)
  if (text.length > dataLimit) throw new SignalTooLong(type, text.length)
  await db.execute(
    `INSERT INTO ${toolkitTable('debezium_signal')} (id, type, data) VALUES (?, ?, ?)`,
    [id, type, text],
  )
}

export interface SnapshotRequest {
  readonly domain: string
  readonly side: Side
  readonly schema: string
  readonly tables: readonly string[]
  /** SQL condition per table, for a targeted repair. */
  readonly where?: Readonly<Record<string, string>>
}

/** @param targetDb the server whose applier writes the rows */
export async function startSnapshot(
  sourceDb: Db,
  targetDb: Db,
  kafka: Pick<Kafka, 'bounds'>,
  request: SnapshotRequest,
): Promise<SnapshotRun> {
  const { domain, side, schema, tables } = request
  const direction = side === 'monolith' ? 'forward' : 'reverse'
  const [facts, state, notices] = await Promise.all([
    loadTableFacts(sourceDb, schema),
    readApplierState(targetDb, domain, direction),
    kafka.bounds(notificationsTopic(side)),
  ])
  const id = `mp-${randomUUID()}`
  const run: SnapshotRun = {
    id,
    domain,
    side,
    schema,
    tables,
    startedAt: Date.now(),
    noticesFrom: notices.high.toString(),
    estimatedRows: facts
      .filter(({ table }) => tables.includes(table))
      .reduce((sum, { estimatedRows }) => sum + estimatedRows, 0),
    rowsBefore: (state?.snapshotRows ?? 0n).toString(),
  }
  const conditions = Object.entries(request.where ?? {}).map(([table, filter]) => ({
    'data-collection': `${schema}.${table}`,
    filter,
  }))
  await signal(sourceDb, id, 'execute-snapshot', {
    'data-collections': tables.map((table) => `${schema}.${table}`),
    type: 'INCREMENTAL',
    ...(conditions.length > 0 ? { 'additional-conditions': conditions } : {}),
  })
  return run
}

const control = (type: string) => (sourceDb: Db) =>
  signal(sourceDb, `mp-${randomUUID()}`, type, { type: 'INCREMENTAL' })

/** A connector runs one snapshot at a time: pausing pauses whichever it is. */
export const pauseSnapshot = control('pause-snapshot')
export const resumeSnapshot = control('resume-snapshot')

export const stopSnapshot = (sourceDb: Db, run: SnapshotRun): Promise<void> =>
  signal(sourceDb, `mp-${randomUUID()}`, 'stop-snapshot', {
    'data-collections': run.tables.map((table) => `${run.schema}.${table}`),
    type: 'INCREMENTAL',
  })
