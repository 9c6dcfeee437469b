/**
 * Brings the text index up to date for books that somebody else wrote: a change feed, a hand at the
 * database. The service's own writes are in it already.
 *
 * One process at a time compares a stretch of books with their copies, and goes on where it ended. It
 * does a fifth of what it could, and waits while books come faster than people add them: a backfill
 * needs the server more.
 *
 * @module
 */
import { type Database, inTransaction, type Transaction } from '@bookshop/kit/database'
import { utcText } from '@bookshop/kit/instants'
import type { Log } from '@bookshop/kit/log'
import type { Stoppable } from '@bookshop/kit/process'
import type { Metrics } from '../metrics.ts'
import { copyTexts } from './text.ts'

/** Books compared in one step, and copied at once. */
const stretch = 4000
const copiedAtOnce = 200
/** More new ids than this since the last step: somebody fills the tables. */
const manyNew = 400
/** 30000 (half a minute): how long a server that is being filled is left alone. */
const fillingMs = 30_000
/** 60000 (a minute): between two rounds. */
const roundMs = 60_000

interface Progress {
  readonly swept_to: number
  readonly seen_most: number
}

/** Null: another process has it, or it is not due. */
async function claim(transaction: Transaction): Promise<Progress | null> {
  const row = await transaction('text_sweep')
    .where('id', 1)
    .where('next_at', '<=', transaction.raw('UTC_TIMESTAMP(3)'))
    .forUpdate()
    .skipLocked()
    .first<Progress | undefined>('swept_to', 'seen_most')
  return row ?? null
}

const keep = (transaction: Transaction, progress: Partial<Progress>, restedMs: number, more = {}) =>
  transaction('text_sweep')
    .where('id', 1)
    .update({
      ...progress,
      ...more,
      next_at: transaction.raw('UTC_TIMESTAMP(3) + INTERVAL ? MICROSECOND', restedMs * 1000),
    })

interface Stretch {
  readonly differing: readonly number[]
  readonly last: number
}

/** Books after `from` whose words are not, or not the same, in the index. */
async function compare(transaction: Transaction, from: number, most: number): Promise<Stretch> {
  const ids: number[] = await transaction('product')
    .where('id', '>', from)
    .orderBy('id')
    .limit(stretch)
    .pluck('id')
  const last = ids.at(-1) ?? most
  const differing: number[] = await transaction('product as p')
    .leftJoin('product_text as t', 't.product_id', 'p.id')
    .where('p.id', '>', from)
    .where('p.id', '<=', last)
    .whereRaw(
      `NOT (BINARY t.title <=> BINARY p.title AND BINARY t.author <=> BINARY p.author
        AND BINARY t.description <=> BINARY p.description)`,
    )
    .orderBy('p.id')
    .limit(copiedAtOnce)
    .pluck('p.id')
  // More may differ behind a full batch: the next step begins after it.
  return { differing, last: differing.length < copiedAtOnce ? last : (differing.at(-1) ?? last) }
}

/**
 * Looked for first, in one snapshot, and deleted after: a deleting join would read the one table as it
 * is and the other as it was, and take the words of a book that was added meanwhile.
 */
async function forgetGone(transaction: Transaction, from: number, to: number): Promise<void> {
  const gone: number[] = await transaction('product_text as t')
    .leftJoin('product as p', 'p.id', 't.product_id')
    .where('t.product_id', '>', from)
    .where('t.product_id', '<=', to)
    .whereNull('p.id')
    .pluck('t.product_id')
  if (gone.length > 0) await transaction('product_text').whereIn('product_id', gone).delete()
}

export type Step = 'idle' | 'filling' | 'copied' | 'compared' | 'finished'

/** One step. `finished`: all books were compared, and the next round begins after a rest. */
export async function sweepStep(
  database: Database,
  metrics: Pick<Metrics, 'textsCopied'>,
): Promise<Step> {
  return inTransaction(database, async (transaction) => {
    const progress = await claim(transaction)
    if (!progress) return 'idle'
    const [top] = await transaction('product').max({ id: 'id' })
    const most = Number(top?.id ?? 0)
    if (most - progress.seen_most > manyNew) {
      await keep(transaction, { seen_most: most }, fillingMs, { completed_at: null })
      return 'filling'
    }
    const started = performance.now()
    const { differing, last } = await compare(transaction, progress.swept_to, most)
    await copyTexts(transaction, differing)
    await forgetGone(transaction, progress.swept_to, last)
    metrics.textsCopied.inc(differing.length)
    const tookMs = Math.ceil(performance.now() - started)
    if (last >= most) {
      const completed = { completed_at: utcText(new Date()) }
      await keep(transaction, { swept_to: 0, seen_most: most }, roundMs, completed)
      return 'finished'
    }
    await keep(transaction, { swept_to: last, seen_most: most }, tookMs * 4)
    return differing.length > 0 ? 'copied' : 'compared'
  })
}

/** Whether every book has been compared since the tables were filled, and they are not being filled now. */
export async function isComplete(database: Database): Promise<boolean> {
  const row: Row | undefined = await database('text_sweep')
    .where('id', 1)
    .first('completed_at', 'seen_most', database('product').max('id').as('most'))
  return (
    row !== undefined && row.completed_at !== null && Number(row.most) - row.seen_most <= manyNew
  )
}

interface Row {
  readonly completed_at: string | null
  readonly seen_most: number
  readonly most: number | null
}

export interface SweepParts {
  readonly database: Database
  readonly metrics: Pick<Metrics, 'textsCopied'>
  readonly log: Log
  /** Between two looks. 0: none at all. */
  readonly intervalMs: number
}

/** A step at a time; while there is work, the next follows as soon as its rest is over. */
export function startTextSweep({ database, metrics, log, intervalMs }: SweepParts): Stoppable {
  let stopping = false
  let wake = (): void => {}
  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  const run = async (): Promise<void> => {
    let told = false
    let wait = intervalMs
    while (!stopping) {
      await pause(wait)
      if (stopping) return
      try {
        const step = await sweepStep(database, metrics)
        wait = step === 'copied' || step === 'compared' ? Math.min(intervalMs, 50) : intervalMs
        told = false
      } catch (error) {
        if (!told) log.warn({ err: error }, 'sweep.failed')
        told = true
        wait = intervalMs
      }
    }
  }
  const ended = intervalMs === 0 ? Promise.resolve() : run()
  return {
    stop() {
      stopping = true
      wake()
      return ended
    },
  }
}
