/**
 * What stands behind every proxy of the bench: a process that answers each request with the same
 * small JSON and does as little as possible, so that the proxies are what is measured.
 *
 * Reads heads only: requests of the bench have no content where this one is used.
 *
 * @module
 */
import { type AddressInfo, createServer } from 'node:net'

const content = JSON.stringify({
  ...{ id: 42, title: 'The Overstory', author: 'Richard Powers', priceCents: 1299, stock: 7 },
  ...{ isbn: '9780393635522', category: 'fiction', updatedAt: '2026-01-01T00:00:00.000Z' },
})
const answer = Buffer.from(
  `HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\nDate: Thu, 01 Jan 2026 00:00:00 GMT\r\nCache-Control: no-cache\r\nContent-Length: ${Buffer.byteLength(content)}\r\n\r\n${content}`,
)
const end = Buffer.from('\r\n\r\n')

const server = createServer({ noDelay: true }, (socket) => {
  let rest: Buffer | undefined
  socket.on('error', () => undefined)
  socket.on('data', (chunk) => {
    const octets = rest === undefined ? chunk : Buffer.concat([rest, chunk])
    let from = 0
    for (;;) {
      const at = octets.indexOf(end, from)
      if (at < 0) break
      from = at + end.length
      socket.write(answer)
    }
    rest = from === octets.length ? undefined : octets.subarray(from)
  })
})
server.listen(Number(process.env.PORT ?? 0), '127.0.0.1', () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`)
})
