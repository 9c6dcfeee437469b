/**
 * Doing without a neighbour: an answer names those that could not be asked, instead of failing.
 *
 * @module
 */
import { ServiceUnavailable } from '@bookshop/kit/client'
import { withDeadline } from '@bookshop/kit/deadline'
import type { Log } from '@bookshop/kit/log'
import type { Metrics } from '../metrics.ts'

/** 2500 (milliseconds): how long an answer waits for what it can be given without. */
const patienceMs = 2_500

export type Neighbour = 'users' | 'orders' | 'catalog'

export interface Missing {
  /** Each once, in the order they were missed. */
  readonly names: readonly Neighbour[]
  /** What the neighbour says; null, and the neighbour's name is kept, when it is away. */
  ask<T>(neighbour: Neighbour, question: () => Promise<T>): Promise<T | null>
}

export function missingIn(parts: { readonly metrics: Metrics; readonly log: Log }): Missing {
  const names: Neighbour[] = []
  return {
    names,
    async ask(neighbour, question) {
      try {
        return await withDeadline(patienceMs, question)
      } catch (error) {
        if (!(error instanceof ServiceUnavailable)) throw error
        parts.log.warn({ neighbour, detail: error.message }, 'neighbour.missing')
        parts.metrics.missing.inc({ service: neighbour })
        if (!names.includes(neighbour)) names.push(neighbour)
        return null
      }
    },
  }
}
