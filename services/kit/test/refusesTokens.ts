/**
 * Every kind of bad token, sent to a server octet by octet: an HTTP client of one's own would mend
 * some of them, or refuse to send them.
 *
 * @module
 */
import { once } from 'node:events'
import { connect } from 'node:net'
import { type Pen, tokenKinds, tokenOf } from './tokenKinds.ts'

export interface RawAnswer {
  readonly status: number
  /** Status line, fields and content, latin1. */
  readonly text: string
}

/** One request with these fields, as they stand. */
export async function rawRequest(
  url: string,
  method: string,
  path: string,
  fields: readonly string[],
): Promise<RawAnswer> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  const lines = [`${method} ${path} HTTP/1.1`, `Host: ${hostname}:${port}`, 'Connection: close']
  socket.write(Buffer.from(`${[...lines, ...fields].join('\r\n')}\r\n\r\n`, 'latin1'))
  let text = ''
  socket.setEncoding('latin1').on('data', (chunk) => {
    text += chunk
  })
  await once(socket, 'close')
  return { status: Number(/^HTTP\/1\.1 (\d{3}) /.exec(text)?.[1] ?? 0), text }
}

export interface Door {
  readonly url: string
  readonly method: string
  readonly path: string
  /** What a bad token is answered; 401 unless told. */
  readonly refused?: number
  /** What the good one is answered. */
  readonly known: number
  /** Sent with each token. */
  readonly fields?: readonly string[]
}

/**
 * One line for each kind that was not refused, and for the good token if it was; empty: all is well.
 */
export async function unrefused(pen: Pen, door: Door): Promise<readonly string[]> {
  const { url, method, path, refused = 401, known, fields = [] } = door
  const wrong: string[] = []
  const send = async (token: string) =>
    (await rawRequest(url, method, path, [`Authorization: Bearer ${token}`, ...fields])).status
  for (const [kind, make] of Object.entries(tokenKinds)) {
    const status = await send(make(pen))
    if (status !== refused) wrong.push(`${kind}: ${status}`)
  }
  const status = await send(tokenOf(pen))
  if (status !== known) wrong.push(`a good one: ${status}`)
  return wrong
}
