import { sleep } from '@matapalo/runtime'
import type { Stage } from '../stage.ts'

/** The shop's own change (monolith/README.md): checkout asks the catalogue for stock over HTTP. */
export const seam: Stage = {
  name: 'seam',
  title: 'the shop changes one setting: checkout reserves stock through the edge',
  async run({ arena }) {
    await arena.seam('reservations')
    await sleep(3_000)
  },
}

/** And another: its pages write through the API, where whoever owns the rows answers. */
export const seams: Stage = {
  name: 'seam',
  title: 'the shop changes two settings: checkout and pages go through the edge',
  async run({ arena }) {
    await arena.seam('reservations')
    await arena.setting('pages.write', 'api')
    await sleep(3_000)
  },
}
