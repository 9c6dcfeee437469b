/** Errors of the conductor. */
import { type GateAnswer, MatapaloError, waivableGates } from '@matapalo/core'

/** The request makes no sense in the domain's present state. Nothing was changed. */
export class Refused extends MatapaloError {
  readonly code = 'MATAPALO_REFUSED'
}

export class NotFound extends MatapaloError {
  readonly code = 'MATAPALO_NOT_FOUND'
}

/** The input does not have the shape that the API documents. */
export class BadRequest extends MatapaloError {
  readonly code = 'MATAPALO_BAD_REQUEST'
}

export class Unauthorised extends MatapaloError {
  readonly code = 'MATAPALO_UNAUTHORISED'
  constructor() {
    super(
      'a bearer token is required; it is in .matapalo/<instance>/stack.json, or MATAPALO_OPERATOR_TOKEN',
    )
  }
}

/** This process follows; another conductor leads. */
export class NotLeading extends MatapaloError {
  readonly code = 'MATAPALO_NOT_LEADING'
  override readonly retryable = true
  constructor() {
    super('this control plane does not hold the lease (yet); try again in 2 s')
  }
}

/** A manifest or project file has problems, each with its line and remedy. */
export class FileRefused extends MatapaloError {
  readonly code = 'MATAPALO_FILE_REFUSED'
}

/** Of a name in `--without`. */
export const noSuchGate = (name: string): string =>
  `--without ${name}: there is no such gate, or it cannot be switched off; those that can: ${waivableGates.join(', ')}`

/** Gates refused a transfer. Nothing was changed. */
export class GatesClosed extends MatapaloError {
  readonly code = 'MATAPALO_GATES_CLOSED'
  readonly refusals: readonly GateAnswer[]
  constructor(kind: string, refusals: readonly GateAnswer[], unknown: readonly string[]) {
    const lines = [...unknown.map(noSuchGate), ...refusals.map((answer) => answer.line)]
    super(`${kind} refused, nothing changed:\n  ${lines.join('\n  ')}`)
    this.refusals = refusals
  }
}

/** An edge did not take the hold, or its requests did not end in time. */
export class EdgesNotDrained extends MatapaloError {
  readonly code = 'MATAPALO_EDGES_NOT_DRAINED'
  override readonly retryable = true
  constructor(epoch: number, edges: readonly string[], limitMs: number) {
    super(
      `edges ${edges.join(', ')} have not acknowledged and drained epoch ${epoch} within ${limitMs} ms; ` +
        `run: matapalo edges (an edge that will not come back: matapalo edges gone ${edges[0]})`,
    )
  }
}

/** Edges that have not taken an epoch in time. The canary has begun, and serves nobody yet. */
export class EdgesNotCurrent extends MatapaloError {
  readonly code = 'MATAPALO_EDGES_NOT_CURRENT'
  override readonly retryable = true
  constructor(domain: string, epoch: number, edges: readonly string[], limitMs: number) {
    super(
      `${domain}: edges ${edges.join(', ')} have not taken epoch ${epoch} within ${limitMs} ms, so nobody is served by the canary; ` +
        `run: matapalo edges, and then the command again`,
    )
  }
}

/** The rows differ although nothing can move. */
export class RowsDiffer extends MatapaloError {
  readonly code = 'MATAPALO_ROWS_DIFFER'
  constructor(domain: string, keys: readonly string[]) {
    super(
      `${domain}: ${keys.length} row(s) differ between the sides, first: ${keys.slice(0, 3).join('; ')}; ` +
        `run: matapalo verify ${domain}`,
    )
  }
}

/** The fence already carries this seq or a newer one: another conductor has been here. */
export class FenceMoved extends MatapaloError {
  readonly code = 'MATAPALO_FENCE_MOVED'
  constructor(domain: string, side: string, seq: number) {
    super(
      `${domain}: the fence on the ${side} side carries seq ${seq} or a newer one; run: matapalo explain ${domain}`,
    )
  }
}

/** Somebody moved the domains' numbers in the ledger meanwhile. The journal is read again. */
export class DomainsMoved extends MatapaloError {
  readonly code = 'MATAPALO_DOMAINS_MOVED'
  override readonly retryable = true
  constructor(transfer: number, domains: readonly string[]) {
    super(
      `${domains.join(', ')}: the ledger moved on under transfer ${transfer}; run: matapalo status ${domains[0]}`,
    )
  }
}

/** The hold is older than the budgets allow. Nothing was changed. */
export class WindowExceeded extends MatapaloError {
  readonly code = 'MATAPALO_WINDOW_EXCEEDED'
  override readonly retryable = true
  constructor(step: string, ms: number, limitMs: number) {
    super(
      `${step}: writes have been held for ${Math.round(ms)} ms, limit is ${limitMs} ms; run: matapalo status`,
    )
  }
}

/** A fence without its triggers is no fence. Nothing was changed. */
export class TriggersMissing extends MatapaloError {
  readonly code = 'MATAPALO_TRIGGERS_MISSING'
  constructor(domain: string, side: string, first: string, count: number) {
    super(
      `${domain}: ${count} fence trigger(s) are missing on the ${side} side, first: ${first}; run: matapalo prepare ${domain}`,
    )
  }
}

/** Debezium gave up on tables. The domain keeps its phase; nothing is lost. */
export class SnapshotFailed extends MatapaloError {
  readonly code = 'MATAPALO_SNAPSHOT_FAILED'
  constructor(domain: string, failed: Readonly<Record<string, string>>) {
    const tables = Object.entries(failed).map(([table, why]) => `${table} (${why})`)
    super(
      `${domain}: the snapshot ended early: ${tables.join(', ') || 'aborted'}; run: matapalo backfill ${domain}`,
    )
  }
}
