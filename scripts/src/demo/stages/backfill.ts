import type { Stage } from '../stage.ts'

export const backfill: Stage = {
  name: 'backfill',
  title: 'matapalo backfill catalog --wait',
  async run(show) {
    const { arena, options, say } = show
    const from = Date.now()
    let last = 0
    const ms = await arena.backfill(({ backfill: { percent, rowsPerSecond, etaSeconds } }) => {
      if (Date.now() - last < 5_000) return
      last = Date.now()
      if (percent === undefined || percent === null) return
      const rate = Math.round(rowsPerSecond ?? 0).toLocaleString('en')
      say(`${Math.floor(percent)} %, ${rate} rows/s, ${Math.round(etaSeconds ?? 0)} s to go`)
    })
    show.backfills.push({ from, to: Date.now() })
    const view = await arena.control.domain('catalog')
    const rows = view.backfill.rows ?? options.books
    show.rowsPerSecond = (rows * 1000) / ms
    say(`${rows.toLocaleString('en')} rows in ${(ms / 1000).toFixed(1)} s`)
  },
}
