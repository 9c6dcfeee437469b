/**
 * The diary of the scheduled job. Each run has a name of its own, which its rows carry; a run that
 * the database refuses is written down as `refused`, and the next tick simply tries again.
 *
 * @module
 */
import { randomUUID } from 'node:crypto'
import { type Database, sqlErrno } from '../database.ts'
import { log } from '../log.ts'

export type Outcome = 'ok' | 'refused' | 'failed'

/** 1644: a trigger's SIGNAL. 1142, 1143, 1290: no privilege, or a server that only reads. */
const refusals: ReadonlySet<number | undefined> = new Set([1644, 1142, 1143, 1290])

/** Runs one job and returns how it went. `work` returns how many rows it wrote. */
export async function recordRun(
  db: Database,
  job: string,
  work: (run: string) => Promise<number>,
): Promise<Outcome> {
  const run = randomUUID()
  await db.run('INSERT INTO job_runs (job, reference, started) VALUES (?, ?, NOW())', [job, run])
  const end = async (outcome: Outcome, rows: number, error: string | null): Promise<Outcome> => {
    await db.run(
      'UPDATE job_runs SET finished = NOW(), outcome = ?, `rows` = ?, error = ? WHERE reference = ?',
      [outcome, rows, error, run],
    )
    return outcome
  }
  let rows: number
  try {
    rows = await work(run)
  } catch (error) {
    const outcome = refusals.has(sqlErrno(error)) ? 'refused' : 'failed'
    const message = error instanceof Error ? error.message : String(error)
    log('warn', `job.${outcome}`, { job, run, errno: sqlErrno(error), error: message })
    return end(outcome, 0, message)
  }
  if (rows > 0) log('info', 'job.done', { job, run, rows })
  return end('ok', rows, null)
}
