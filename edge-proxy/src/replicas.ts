/**
 * Which replica of an upstream is next: in turn.
 *
 * @module
 */
import type { RouteTable } from '@matapalo/core'
import { UpstreamUnreachable } from './errors.ts'

export class Replicas {
  readonly #next = new Map<string, number>()

  /** @throws UpstreamUnreachable when the table names no replica */
  pick(table: RouteTable, upstream: string): string {
    const urls = table.upstreams[upstream] ?? []
    const turn = this.#next.get(upstream) ?? 0
    const url = urls[turn % Math.max(1, urls.length)]
    if (url === undefined) throw new UpstreamUnreachable(upstream)
    if (urls.length > 1) this.#next.set(upstream, (turn + 1) % urls.length)
    return url
  }
}
