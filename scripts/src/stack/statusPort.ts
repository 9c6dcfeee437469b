/**
 * What the supervisor answers on the first port of its block: one line of JSON per connection,
 * names and process ids, nothing secret.
 *
 * @module
 */
import { connect } from 'node:net'
import type { ComponentName } from './component.ts'

export interface StatusRow {
  readonly name: ComponentName
  readonly state: string
  readonly pid?: number
  readonly restarts: number
  readonly pssMiB?: number
}

export const askStatus = (port: number): Promise<readonly StatusRow[] | undefined> =>
  new Promise((resolve) => {
    let text = ''
    const socket = connect({ host: '127.0.0.1', port })
    socket.setTimeout(5000, () => socket.destroy())
    socket.on('error', () => undefined)
    socket.on('data', (chunk) => {
      text += chunk
    })
    socket.on('close', () => {
      try {
        resolve(JSON.parse(text) as StatusRow[])
      } catch {
        resolve(undefined)
      }
    })
  })
