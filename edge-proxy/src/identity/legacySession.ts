/**
 * Asks whoever serves the introspection path, by the table in force, whose session a cookie is.
 *
 * @module
 */
import { decide, type RouteTable } from '@matapalo/core'
import { sleep } from '@matapalo/runtime'
import { NoTable } from '../errors.ts'
import type { Asker } from '../forward/forward.ts'
import type { Replicas } from '../upstreams/replicas.ts'
import { type Introspect, parseSession } from './introspection.ts'

export interface LegacySessionParts {
  readonly table: () => RouteTable | undefined
  readonly replicas: Replicas
  readonly asker: Asker
  readonly path: string
  readonly cookie: string
}

/** Longest time to an answer, over all tries, ms. */
const limitMs = 10_000
const retryMs = 50

export const legacySession =
  ({ table: tableInForce, replicas, asker, path, cookie }: LegacySessionParts): Introspect =>
  async (session) => {
    const end = performance.now() + limitMs
    for (;;) {
      try {
        const table = tableInForce()
        if (table === undefined) throw new NoTable()
        const line = { method: 'GET', path, host: '', query: new URLSearchParams(), headers: {} }
        const { upstream } = decide(table, line)
        const { status, text } = await asker.ask(replicas.pick(table, upstream), {
          path,
          headers: ['accept', 'application/json', 'cookie', `${cookie}=${session}`],
          timeoutMs: end - performance.now(),
        })
        if (status !== 200) throw new Error(`${path} answered ${status}`)
        return parseSession(text)
      } catch (error) {
        if (performance.now() + retryMs >= end) throw error
        await sleep(retryMs)
      }
    }
  }
