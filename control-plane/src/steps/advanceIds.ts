/** 6. The new owner will not give out an id that the old one has used. */
import type { Step } from '@matapalo/core'
import { sleep } from '@matapalo/runtime'
import { WindowExceeded } from '../errors.ts'
import type { Move, TransferPorts } from '../ports.ts'

/** 500 (milliseconds). What is still running then is an INSERT that is rolled back: harmless. */
const budgetMs = 500

export const advanceIds = (ports: TransferPorts, move: Move): Step => ({
  name: 'advanceIds',
  light: true,
  do: async () => {
    const late = sleep(budgetMs, undefined, { ref: false }).then(() => {
      throw new WindowExceeded('advanceIds', budgetMs, budgetMs)
    })
    late.catch(() => undefined)
    const lifting = Promise.all(move.stored.map((domain) => ports.stores.advanceIds(domain)))
    return { lifted: Object.assign({}, ...(await Promise.race([lifting, late]))) }
  },
})
