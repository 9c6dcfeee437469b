/**
 * Wires where route tables come from and where their acknowledgements go.
 *
 * @module
 */
import type { Db, Log } from '@matapalo/runtime'
import type { EdgeConfig } from '../config.ts'
import { Follower } from '../follow/follower.ts'
import { LedgerTables } from '../follow/ledger.ts'
import { ControlStream } from '../follow/stream.ts'
import { TableFile } from '../follow/tableFile.ts'
import type { Drain } from '../hold/drain.ts'
import type { TableInForce } from '../tableInForce.ts'

export interface FollowingParts {
  readonly config: EdgeConfig
  readonly inForce: TableInForce
  readonly drain: Drain
  readonly ledgerDb: Db
  /** Of this edge's own administration. */
  readonly adminUrl: string
  readonly onIsolation: () => void
  readonly onArrival: (good: boolean) => void
  readonly log: Log
}

export interface Following {
  readonly follower: Follower
  readonly stream: ControlStream
}

export function wireFollowing(parts: FollowingParts): Following {
  const { config, inForce, drain, ledgerDb, adminUrl, onIsolation, onArrival, log } = parts
  const follower = new Follower({
    inForce,
    ledger: new LedgerTables(ledgerDb, config.id, adminUrl),
    file: new TableFile(config.stateDir, log),
    standing: () => {
      if (inForce.table === undefined) return undefined
      const left = drain.left()
      return { epoch: inForce.epoch, drained: Object.keys(left).length === 0, inFlight: left }
    },
    onIsolation,
    onArrival,
    log,
    epochDelayMs: config.epochDelay,
  })
  const stream = new ControlStream({
    controlUrl: config.controlUrl,
    edgeId: config.id,
    token: config.edgeToken,
    edgeUrl: adminUrl,
    onTable: follower.onTable,
    onContact: follower.onContact,
    log,
  })
  return { follower, stream }
}
