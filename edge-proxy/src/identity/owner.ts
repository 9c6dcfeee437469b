/**
 * Small questions to whoever serves a path by the table in force, tried again while nobody answers.
 *
 * @module
 */
import { type Decision, decide, type RouteTable } from '@matapalo/core'
import { sleep } from '@matapalo/runtime'
import { NoTable } from '../errors.ts'
import type { Asker } from '../forward/forward.ts'
import type { Replicas } from '../upstreams/replicas.ts'

export interface OwnerParts {
  readonly table: () => RouteTable | undefined
  readonly replicas: Replicas
  readonly asker: Asker
}

export interface Question {
  readonly path: string
  /** Names and values in turn, for the upstream that is asked. */
  readonly headers: (decision: Decision) => readonly string[] | Promise<readonly string[]>
  /** Statuses that are answers; any other is tried again. */
  readonly answers: readonly number[]
}

export interface OwnersAnswer {
  readonly status: number
  readonly text: string
}

export type AskOwner = (question: Question) => Promise<OwnersAnswer>

/** Longest time to an answer, over all tries, ms. */
const limitMs = 10_000
const retryMs = 50

export const askOwner =
  ({ table: tableInForce, replicas, asker }: OwnerParts): AskOwner =>
  async ({ path, headers, answers }) => {
    const end = performance.now() + limitMs
    for (;;) {
      try {
        const table = tableInForce()
        if (table === undefined) throw new NoTable()
        const line = { method: 'GET', path, host: '', query: new URLSearchParams(), headers: {} }
        const decision = decide(table, line)
        const answer = await asker.ask(replicas.pick(table, decision.upstream), {
          path,
          headers: ['accept', 'application/json', ...(await headers(decision))],
          timeoutMs: end - performance.now(),
        })
        if (!answers.includes(answer.status)) throw new Error(`${path} answered ${answer.status}`)
        return answer
      } catch (error) {
        if (performance.now() + retryMs >= end) throw error
        await sleep(retryMs)
      }
    }
  }
