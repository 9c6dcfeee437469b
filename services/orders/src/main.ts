/**
 * The process: reads its configuration and starts.
 *
 * @module
 */
import { readConfig } from './config.ts'
import { startOrders } from './start.ts'

await startOrders({ config: readConfig(process.env) })
