/**
 * Trying a statement again within a budget, in slices short enough that whoever queues behind it is
 * freed in between.
 *
 * @module
 */
import {
  type Db,
  isConnectionLost,
  type Session,
  serverErrorNumber,
  sleep,
} from '@matapalo/runtime'

/**
 * Lock wait time-out, deadlock, max_statement_time, record changed under snapshot isolation, and
 * "unknown trigger has an error in its body": what a write says that was ended by `max_statement_time`
 * while it read the triggers of its table.
 */
const waitErrors = new Set([1205, 1213, 1969, 1020, 1711])

export const isWaitError = (error: unknown): boolean => {
  const number = serverErrorNumber(error)
  return number !== undefined && waitErrors.has(number)
}

export interface Budget {
  readonly budgetMs: number
  /** Longest single try, 250 (milliseconds) by default. */
  readonly sliceMs?: number
  /** Between two tries, 2 (milliseconds) by default: what queued behind the last one goes on meanwhile. */
  readonly restMs?: number
  readonly signal?: AbortSignal
}

export interface Attempts<T> {
  /** undefined when the budget ran out first. */
  readonly value: T | undefined
  readonly attempts: number
  readonly waitedMs: number
  readonly lastError: unknown
}

/**
 * Prefixes a statement so that the server itself gives up: row locks and metadata locks alike. For reads
 * and writes of rows only, see `ddl.ts`.
 */
export const limited = (ms: number, statement: string): string => {
  const seconds = Math.max(0.01, ms / 1000)
  const whole = Math.max(1, Math.ceil(seconds))
  return `SET STATEMENT max_statement_time = ${seconds.toFixed(3)}, innodb_lock_wait_timeout = ${whole}, lock_wait_timeout = ${whole} FOR ${statement}`
}

/**
 * Calls `attempt` with the milliseconds it may take until it succeeds or the budget is used up.
 * Only waiting errors and lost connections are tried again, so `attempt` must be idempotent.
 */
export async function withinBudget<T>(
  budget: Budget,
  attempt: (limitMs: number) => Promise<T>,
): Promise<Attempts<T>> {
  const begun = performance.now()
  let attempts = 0
  let lastError: unknown
  for (;;) {
    budget.signal?.throwIfAborted()
    const left = budget.budgetMs - (performance.now() - begun)
    if (left <= 0 && attempts > 0) {
      return { value: undefined, attempts, waitedMs: performance.now() - begun, lastError }
    }
    attempts += 1
    try {
      const value = await attempt(Math.max(10, Math.min(left, budget.sliceMs ?? 250)))
      return { value, attempts, waitedMs: performance.now() - begun, lastError }
    } catch (error) {
      if (!isWaitError(error) && !isConnectionLost(error)) throw error
      lastError = error
      await sleep(isConnectionLost(error) ? 50 : (budget.restMs ?? 2))
    }
  }
}

/** A waiting error as a value, so that the pooled session it happened on is kept. */
export async function keepSession<T>(
  work: () => Promise<T>,
): Promise<{ readonly value: T } | { readonly waitError: unknown }> {
  try {
    return { value: await work() }
  } catch (error) {
    if (isWaitError(error)) return { waitError: error }
    throw error
  }
}

/** Executes on pooled sessions that outlive a waiting error: tries come many times a second. */
export const sessionsKept = (db: Db): Pick<Session, 'execute'> => ({
  async execute(sql, params) {
    const tried = await db.session((session) => keepSession(() => session.execute(sql, params)))
    if ('waitError' in tried) throw tried.waitError
    return tried.value
  },
})
