/**
 * Own writes are read back while everybody's reads are the canary's: each write goes to the owner,
 * and the read that follows comes from the candidate, or from the owner when that has not caught up.
 *
 * @module
 */
import { Edges } from '../../traffic/edges.ts'

export interface OwnReads {
  readonly reads: number
  readonly stale: number
  readonly failed: number
}

export async function readOwnWrites(urls: readonly string[], rounds: number): Promise<OwnReads> {
  const edges = new Edges(urls)
  let [reads, stale, failed] = [0, 0, 0]
  try {
    const clerk = { email: 'staff1@bookshop.test', password: 'secret-1' }
    const login = await edges.ask(0, { method: 'POST', path: '/api/login', json: clerk })
    const cookies = [login.headers['set-cookie'] ?? []].flat()
    const headers = { cookie: cookies.map((one) => one.split(';', 1)[0]).join('; ') }
    for (let n = 0; n < rounds; n += 1) {
      const path = `/api/books/${1 + (n % 50)}`
      const price = `${10 + (n % 80)}.${String(n % 100).padStart(2, '0')}`
      const json = { price, reference: `own-${process.pid}-${n}` }
      // Another edge answers the read than took the write.
      const put = await edges.ask(n, { method: 'PUT', path: `${path}/price`, json, headers })
      const got = await edges.ask(n + 1, { method: 'GET', path, headers })
      reads += 1
      if (put.status !== 200 || got.status !== 200) failed += 1
      else if ((JSON.parse(got.body) as { price: unknown }).price !== price) stale += 1
    }
  } finally {
    await edges.close()
  }
  return { reads, stale, failed }
}

/** Reads of the canary by what became of them, over all edges. */
export async function canaryReads(metrics: readonly string[]): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const url of metrics) {
    const text = await (await fetch(`${url}/metrics`)).text()
    for (const [, labels = '', value] of text.matchAll(
      /^matapalo_edge_canary_reads_total\{(.*)\} (\d+)/gm,
    )) {
      const outcome = /outcome="(\w+)"/.exec(labels)?.[1] ?? ''
      counts[outcome] = (counts[outcome] ?? 0) + Number(value)
    }
  }
  return counts
}

/** Copies that wait at the edges, the longest line of them. */
export async function longestLine(metrics: readonly string[]): Promise<number> {
  const lines = await Promise.all(
    metrics.map(async (url) => {
      const text = await (await fetch(`${url}/metrics`)).text()
      return Number(/^matapalo_edge_shadow_waiting\{.*\} (\d+)/m.exec(text)?.[1] ?? 0)
    }),
  )
  return Math.max(...lines)
}
