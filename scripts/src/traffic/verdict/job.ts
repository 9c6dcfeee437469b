/**
 * The scheduled job's acknowledged writes against what the owner holds.
 *
 * @module
 */
import type { Db } from '@matapalo/runtime'
import type { OwnerStore } from '../ownerStore.ts'
import type { Judge } from './judge.ts'

/** Each acknowledged run logged as many movements as it says. @returns how many all of them said */
async function judgeRestocks(jobs: Db, store: OwnerStore, judge: Judge): Promise<number> {
  const movements = await store.movementReferences()
  const runs = await jobs.query(
    "SELECT reference, `rows` AS n FROM job_runs WHERE outcome = 'ok' AND job = 'restock' AND `rows` > 0",
  )
  const found = new Map<string, number>()
  for (const [key, times] of movements) {
    if (!key.startsWith('job:')) continue
    const run = key.split('/')[0]?.split(':').slice(0, 2).join(':') ?? key
    found.set(run, (found.get(run) ?? 0) + times)
  }
  let writes = 0
  for (const run of runs) {
    const expected = Number(run.n)
    const reference = `job:${String(run.reference).replace(/^job:/, '')}`
    const there = found.get(reference) ?? 0
    writes += expected
    const what = `${reference} logged ${expected} movements, ${there} exist`
    if (there < expected) judge.lost('catalog', what)
    if (there > expected) judge.doubled('catalog', what)
  }
  return writes
}

/**
 * An expiry carries its order's reference, not its run's, since the order's history is read by it. So
 * runs are judged by their sum: the owner, be it the job or the service, has given back at least as
 * many lines, and none twice.
 */
async function judgeExpiries(jobs: Db, store: OwnerStore, judge: Judge): Promise<number> {
  const given = await store.expiries()
  for (const [key, times] of given)
    if (times > 1) judge.doubled('catalog', `expiry of ${key}: given back ${times} times`)
  const [row] = await jobs.query(
    "SELECT COALESCE(SUM(`rows`), 0) AS n FROM job_runs WHERE outcome = 'ok' AND job = 'expire'",
  )
  const expected = Number(row?.n ?? 0)
  const there = [...given.values()].reduce((sum, times) => sum + times, 0)
  for (let missing = expected - there; missing > 0; missing -= 1)
    judge.lost('catalog', `the job gave back ${expected} expired lines, ${there} exist`)
  return expected
}

/** @returns the job's acknowledged writes; `jobs`: the old shop's schema, which has its diary */
export const judgeJob = async (jobs: Db, store: OwnerStore, judge: Judge): Promise<number> =>
  (await judgeRestocks(jobs, store, judge)) + (await judgeExpiries(jobs, store, judge))
