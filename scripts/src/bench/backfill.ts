/**
 * `npm run bench -- backfill`: source rows a second, end to end into the service's tables, with no
 * traffic.
 *
 * @module
 */
import { Arena } from '../arena/arena.ts'
import { atLeast, atMost, type BenchRow, figure } from './bench.ts'

export async function benchBackfill(say: (line: string) => void): Promise<readonly BenchRow[]> {
  const books = 200_000
  const arena = await Arena.open({
    instance: `bench-${process.pid}`,
    books,
    users: 400,
    orders: 1_000,
    env: { monolith: { SHOP_JOB_INTERVAL_MS: '600000' } },
  })
  try {
    await arena.seed()
    await arena.register()
    await arena.prepare()
    let worker = 0
    const ms = await arena.backfill(({ percent }) => {
      say(`${Math.floor(percent ?? 0)} %`)
      void arena.stack.pss().then((sizes) => {
        worker = Math.max(worker, sizes.cdc ?? 0)
      })
    })
    const view = await arena.control.domain('catalog')
    const rows = view.backfill.rows ?? books
    const clean = await arena.verify()
    return [
      figure('rows', rows, ''),
      atLeast('backfill', (rows * 1000) / ms, 'rows/s', 8_000),
      atMost('memory of the worker', worker, 'MiB', 256),
      atLeast('verified equal', clean ? 1 : 0, '', 1),
    ]
  } finally {
    await arena.close()
  }
}
