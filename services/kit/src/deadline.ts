/**
 * One deadline for everything that a request asks of others: made where the request comes in, known
 * to each call that is made for it. A call waits for the shorter of its own patience and what is left,
 * and none begins when nothing is left.
 *
 * It goes along by itself, as the trace does. Rejected: handing it through every function between a
 * route and a call, since one that forgets it would be the one that waits for ever. Loops and
 * consumers have none: nobody waits for them.
 *
 * @module
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { RequestHandler } from 'express'

/** A moment of `performance.now()`. */
const current = new AsyncLocalStorage<number>()

/** Milliseconds, 0 when it is over; infinite outside a request. */
export const timeLeft = (): number => {
  const deadline = current.getStore()
  return deadline === undefined
    ? Number.POSITIVE_INFINITY
    : Math.max(0, deadline - performance.now())
}

/** Runs `work` under a deadline; inside another one the earlier counts. */
export const withDeadline = <T>(budgetMs: number, work: () => T): T =>
  current.run(performance.now() + Math.min(budgetMs, timeLeft()), work)

/**
 * What `work` gives, or the error of `late` when the deadline comes first. Work that has not begun by
 * then does not begin; what has begun is left alone, so its outcome is not known.
 */
export async function inTime<T>(late: () => Error, work: () => Promise<T>): Promise<T> {
  const left = timeLeft()
  if (left === Number.POSITIVE_INFINITY) return work()
  if (left === 0) throw late()
  let timer: NodeJS.Timeout | undefined
  const over = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(late()), Math.ceil(left))
  })
  try {
    return await Promise.race([work(), over])
  } finally {
    clearTimeout(timer)
  }
}

/** The entry of a request. @param budgetMs for all of it */
export const underDeadline =
  (budgetMs: number): RequestHandler =>
  (_request, _response, next) =>
    withDeadline(budgetMs, next)
