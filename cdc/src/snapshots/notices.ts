/**
 * What Debezium says about its snapshots, from its notifications topic.
 *
 * @module
 */
import type { Log } from '@matapalo/runtime'
import type { Feed, Kafka, Message } from '../feed.ts'
import { notificationsTopic } from '../topics.ts'
import type { SnapshotRun } from './signals.ts'

export type SnapshotPhase = 'asked' | 'running' | 'paused' | 'completed' | 'aborted'

export interface SnapshotStatus {
  readonly phase: SnapshotPhase
  /** Rows read by Debezium, of the tables that it has finished. */
  readonly scanned: Readonly<Record<string, number>>
  readonly current: string | null
  /** Tables that Debezium gave up on, with its word for why. */
  readonly failed: Readonly<Record<string, string>>
}

export const askedStatus: SnapshotStatus = {
  phase: 'asked',
  scanned: {},
  current: null,
  failed: {},
}

interface Notice {
  readonly id: string
  readonly type: string
  readonly data: Readonly<Record<string, unknown>>
}

function noticeOf(text: string): Notice | null {
  try {
    const { id, type, aggregate_type, additional_data } = JSON.parse(text) as Record<
      string,
      unknown
    >
    if (aggregate_type !== 'Incremental Snapshot') return null
    const data = typeof additional_data === 'object' && additional_data !== null
    return {
      id: String(id),
      type: String(type),
      data: data ? (additional_data as Record<string, unknown>) : {},
    }
  } catch {
    return null
  }
}

const goodEnds = new Set(['SUCCEEDED', 'EMPTY'])

/** Folds one message into the status; a message about another snapshot changes nothing. */
export function withNotice(status: SnapshotStatus, run: SnapshotRun, text: string): SnapshotStatus {
  const notice = noticeOf(text)
  if (notice === null || notice.id !== run.id) return status
  if (status.phase === 'completed' || status.phase === 'aborted') return status
  const { data } = notice
  switch (notice.type) {
    case 'STARTED':
    case 'RESUMED':
      return { ...status, phase: 'running' }
    case 'PAUSED':
      return { ...status, phase: 'paused' }
    case 'IN_PROGRESS':
      return {
        ...status,
        phase: 'running',
        current: String(data.current_collection_in_progress ?? ''),
      }
    case 'TABLE_SCAN_COMPLETED': {
      const table = String(data.scanned_collection ?? '')
      const how = String(data.status ?? '')
      return {
        ...status,
        phase: 'running',
        scanned: { ...status.scanned, [table]: Number(data.total_rows_scanned ?? 0) },
        failed: goodEnds.has(how) ? status.failed : { ...status.failed, [table]: how },
      }
    }
    case 'COMPLETED':
      return {
        ...status,
        phase: Object.keys(status.failed).length > 0 ? 'aborted' : 'completed',
        current: null,
      }
    case 'ABORTED':
      return { ...status, phase: 'aborted', current: null }
    default:
      return status
  }
}

export interface SnapshotWatch {
  status(): SnapshotStatus
  stop(): Promise<void>
}

/** Follows one snapshot from before its signal, so it may be started again at any time. */
export async function watchSnapshot(
  kafka: Pick<Kafka, 'feed'>,
  run: SnapshotRun,
  log: Log,
  onChange: (status: SnapshotStatus) => void = () => {},
): Promise<SnapshotWatch> {
  let status = askedStatus
  let feed: Feed | undefined
  let stopped = false
  const onMessages = async (messages: readonly Message[]): Promise<void> => {
    const before = status
    for (const { value } of messages) status = withNotice(status, run, value)
    if (status !== before) onChange(status)
  }
  const open = async (): Promise<void> => {
    status = askedStatus
    feed = await kafka.feed({
      topic: notificationsTopic(run.side),
      from: BigInt(run.noticesFrom),
      onMessages,
      onEnd: (error) => {
        log.warn({ domain: run.domain, err: error }, 'snapshotWatch.ended')
        if (!stopped) setTimeout(() => void open().catch(() => undefined), 500).unref()
      },
    })
  }
  await open()
  return {
    status: () => status,
    stop: async () => {
      stopped = true
      await feed?.stop()
    },
  }
}
