/** The least that Node can do over undici: no routing, no checks, hop-by-hop fields left as they are. */
import { createServer, type ServerResponse } from 'node:http'
import { type Dispatcher, Pool } from 'undici'

const pool = new Pool(process.env.UPSTREAM as string, { connections: 256, pipelining: 1 })

const onto = (res: ServerResponse): Dispatcher.DispatchHandler => {
  let rest = Number.NaN
  return {
    onRequestStart() {},
    onResponseStart(controller, status) {
      const raw = controller.rawHeaders as readonly Buffer[]
      const fields = raw.map((part) => part.toString('latin1'))
      for (let i = 0; i < fields.length; i += 2) {
        if (fields[i]?.toLowerCase() === 'content-length') rest = Number(fields[i + 1])
      }
      res.writeHead(status, fields)
    },
    onResponseData(_controller, chunk) {
      rest -= chunk.length
      if (rest === 0) res.end(chunk.toString('latin1'), 'latin1')
      else res.write(chunk)
    },
    onResponseEnd() {
      if (!res.writableEnded) res.end()
    },
    onResponseError() {
      res.destroy()
    },
  }
}

process.once('SIGTERM', () => process.exit(0))
createServer((req, res) => {
  pool.dispatch(
    {
      path: req.url as string,
      method: req.method as Dispatcher.HttpMethod,
      headers: req.rawHeaders,
      body: req.method === 'GET' ? null : req,
    },
    onto(res),
  )
}).listen(Number(process.env.PORT), '127.0.0.1')
