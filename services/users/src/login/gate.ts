/**
 * Lets so many pieces of work run at once; the others wait in line, and past its end they are refused.
 *
 * @module
 */
import { ApiError } from '@bookshop/kit/errors'

export class GateFull extends Error {
  constructor() {
    super('too much of this is waiting already')
    this.name = 'GateFull'
  }
}

/** What a caller is told of a full line: nothing was done. */
export const busy = (cause: unknown): ApiError =>
  new ApiError(503, 'too_busy', 'Too many at once; try again', {
    headers: { 'Retry-After': '1' },
    cause,
  })

export interface Gate {
  run<T>(work: () => Promise<T>): Promise<T>
}

export function gate(atOnce: number, inLine: number): Gate {
  const waiting: (() => void)[] = []
  let running = 0
  return {
    async run(work) {
      if (running >= atOnce) {
        if (waiting.length >= inLine) throw new GateFull()
        // The place is handed over: `running` stays as it is.
        await new Promise<void>((resolve) => waiting.push(resolve))
      } else {
        running += 1
      }
      try {
        return await work()
      } finally {
        const next = waiting.shift()
        if (next) next()
        else running -= 1
      }
    },
  }
}
