/**
 * The service as a process that kills itself, as `kill -9` would, at the point of a checkout that its
 * parent has named.
 *
 * @module
 */
import { readConfig } from '../../src/config.ts'
import { startOrders } from '../../src/start.ts'

let killAt: unknown
process.on('message', (point) => {
  killAt = point
  process.send?.('armed')
})

await startOrders({
  config: readConfig(process.env),
  reached: (point) => {
    if (point === killAt) process.kill(process.pid, 'SIGKILL')
  },
})
