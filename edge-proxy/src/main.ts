/**
 * The edge process.
 *
 * @module
 */
import { createLog, readConfig } from '@matapalo/runtime'
import { edgeSettings, refuseFaults } from './config.ts'
import { startEdge } from './edge.ts'

const config = refuseFaults(readConfig(edgeSettings, process.env))
const log = createLog(config.id, config.logLevel)
process.on('warning', (warning) => log.warn({ err: warning }, 'process.warning'))

const edge = await startEdge(config, log)
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    log.info({ signal }, 'process.stopping')
    setTimeout(() => process.exit(1), config.stopMax + 5_000).unref()
    void edge.stop().then(() => process.exit(0))
  })
}
