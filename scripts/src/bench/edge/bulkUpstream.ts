/**
 * An upstream for large contents, slow answers and side effects; counts what reached it.
 *
 * `POST /…` counts its octets; `GET /assets/zeros/N` answers N octets; `GET /assets/never` does not
 * answer; `GET /counts` tells what was counted.
 *
 * @module
 */
import { createServer, type ServerResponse } from 'node:http'

const counts = { octets: 0, asked: 0, left: 0, waiting: 0 }
const block = Buffer.alloc(65_536)

function zeros(res: ServerResponse, length: number): void {
  let left = length
  res.writeHead(200, { 'content-length': length, 'content-type': 'application/octet-stream' })
  const more = (): void => {
    while (left > 0) {
      const part = left >= block.length ? block : block.subarray(0, left)
      left -= part.length
      if (!res.write(part)) return void res.once('drain', more)
    }
    res.end()
  }
  more()
}

createServer({ keepAliveTimeout: 60_000 }, (req, res) => {
  const url = req.url ?? ''
  const json = (): void => {
    res.setHeader('content-type', 'application/json')
    res.end(JSON.stringify(counts))
  }
  if (req.method === 'POST') {
    req.on('data', (chunk: Buffer) => {
      counts.octets += chunk.length
    })
    req.on('end', json)
  } else if (url.startsWith('/assets/zeros/')) zeros(res, Number(url.split('/').at(-1)))
  else if (url === '/assets/never') {
    counts.asked += 1
    counts.waiting += 1
    res.once('close', () => {
      counts.left += 1
      counts.waiting -= 1
    })
  } else json()
}).listen(Number(process.env.PORT), '127.0.0.1')
