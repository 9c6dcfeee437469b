/**
 * Readiness, asked in each engine's own words over one short connection. No client library: a
 * probe of a few bytes has no pool, no retry and no opinion.
 *
 * @module
 */
import { connect } from 'node:net'
import type { Address } from './component.ts'

/** Sends `bytes` and gives the first piece of the answer, or undefined within a second. */
export const exchange = (at: Address, bytes: Uint8Array): Promise<Buffer | undefined> =>
  new Promise((resolve) => {
    const socket = connect({ host: at.host, port: at.port })
    const end = (answer: Buffer | undefined): void => {
      socket.destroy()
      resolve(answer)
    }
    socket.setTimeout(1000, () => end(undefined))
    socket.once('error', () => end(undefined))
    socket.once('close', () => end(undefined))
    socket.once('data', end)
    socket.once('connect', () => socket.write(bytes))
  })

/**
 * Whether Redis has loaded its data and knows the password. It grants AUTH while it still loads
 * and refuses only what follows, so the answer to PING decides.
 */
export async function redisAnswers(at: Address, password: string): Promise<boolean> {
  const answer = await exchange(at, Buffer.from(`AUTH ${password}\r\nPING\r\n`))
  return answer?.toString() === '+OK\r\n+PONG\r\n'
}

/** ApiVersions v0; a broker answers it when it processes requests. */
export async function kafkaAnswers(at: Address): Promise<boolean> {
  const request = Buffer.from(
    '0000000f' + '0012' + '0000' + '0000002a' + '0005' + '70726f6265',
    'hex',
  )
  const answer = await exchange(at, request)
  return answer !== undefined && answer.length >= 10 && answer.readInt16BE(8) === 0
}

export async function httpAnswers(at: Address, path: string, withinMs = 1000): Promise<boolean> {
  try {
    const response = await fetch(`http://${at.host}:${at.port}${path}`, {
      signal: AbortSignal.timeout(withinMs),
    })
    await response.arrayBuffer()
    return response.ok
  } catch {
    return false
  }
}
