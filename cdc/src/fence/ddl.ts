/**
 * DDL on tables that are in use: it waits for every open transaction on its table, readers too, and
 * whoever comes next queues behind it. So it mostly looks whether the table happens to be free, and only
 * now and then waits for it.
 *
 * The server's own limits bound the wait for the lock alone. `max_statement_time`, or a KILL, may also
 * end the statement while it writes the table's trigger file: MariaDB 10.11 then leaves that file without
 * triggers, and the table cannot be opened any more (measured: the first of six renames killed so).
 *
 * @module
 */
import type { Session } from '@matapalo/runtime'
import { type Attempts, type Budget, withinBudget } from './retry.ts'

/** 20 (milliseconds): between two looks whether the table is free. */
const lookEveryMs = 20
/** 4000 (milliseconds): looking, before the table is waited for: others are kept for a fifth of the time at most. */
const lookForMs = 4_000
/** 1000 (milliseconds): how long it is waited for, and others behind it. The server knows whole seconds. */
const waitMs = 1_000
/** 1000 (milliseconds): looking, before the first wait. */
const firstLookForMs = 1_000

/** Prefixes DDL so that it gives up its wait for the table, and is never ended once it has it. */
const waitingAtMost = (seconds: 0 | 1, statement: string): string =>
  `SET STATEMENT max_statement_time = 0, lock_wait_timeout = ${seconds}, innodb_lock_wait_timeout = 1 FOR ${statement}`

/** @param statement one that does no harm when it is run again */
export function runDdl(
  db: Pick<Session, 'execute'>,
  statement: string,
  budget: Budget,
): Promise<Attempts<unknown>> {
  let lookedSince = performance.now() - lookForMs + firstLookForMs
  const tries = { ...budget, sliceMs: budget.budgetMs, restMs: lookEveryMs }
  return withinBudget(tries, async (leftMs) => {
    const waits = performance.now() - lookedSince >= lookForMs && leftMs >= waitMs
    try {
      return await db.execute(waitingAtMost(waits ? 1 : 0, statement))
    } finally {
      if (waits) lookedSince = performance.now()
    }
  })
}
