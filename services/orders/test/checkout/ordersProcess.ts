/**
 * The service as a process that kills itself at one point of a checkout, as `kill -9` would.
 *
 * @module
 */
import { readConfig } from '../../src/config.ts'
import { startOrders } from '../../src/start.ts'

const killAt = process.env.KILL_AT ?? ''

await startOrders({
  config: readConfig(process.env),
  reached: (point) => {
    if (point === killAt) process.kill(process.pid, 'SIGKILL')
  },
})
