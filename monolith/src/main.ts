/** The bookshop. Settings come from the environment, see config.ts. */
import { readConfig } from './config.ts'
import { log } from './log.ts'
import { openShop } from './shop.ts'

const open = await openShop(readConfig(process.env))
let closing = false
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    if (closing) return
    closing = true
    open.close().then(
      () => process.exit(0),
      (error: unknown) => {
        log('error', 'shop.close.failed', { error: String(error) })
        process.exit(1)
      },
    )
  })
}
