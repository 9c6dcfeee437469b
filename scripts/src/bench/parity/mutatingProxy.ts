/**
 * Stands between the edges and the service: passes everything on, and, when told to, answers wrong
 * or not at all.
 *
 * @module
 */
import { once } from 'node:events'
import { Agent, createServer, type IncomingMessage, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Answered, type Fault, routeOf, strike, strikes } from './faults.ts'

export interface MutatingProxy {
  readonly url: string
  /** Where requests go; known once the stack is up. */
  target: string
  faults: readonly Fault[]
  /** Reads are taken and never answered. */
  hangs: boolean
  /** How often each fault was put into an answer. */
  readonly struck: ReadonlyMap<Fault, number>
  close(): Promise<void>
}

export async function openProxy(): Promise<MutatingProxy> {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 })
  const struck = new Map<Fault, number>()
  const state = { target: '', faults: [] as readonly Fault[], hangs: false }

  const passOn = (req: IncomingMessage): Promise<Answered> =>
    new Promise((resolve, reject) => {
      const { hostname, port } = new URL(state.target)
      const { method, url: path, headers } = req
      const onward = request({ agent, hostname, port, method, path, headers }, (answer) => {
        const chunks: Buffer[] = []
        answer.on('data', (chunk) => chunks.push(chunk))
        answer.on('error', reject)
        answer.on('end', () =>
          resolve({
            status: answer.statusCode ?? 502,
            headers: { ...answer.headers },
            body: Buffer.concat(chunks),
          }),
        )
      })
      onward.on('error', reject)
      req.pipe(onward)
    })

  const server = createServer({ keepAliveTimeout: 65_000 }, (req, res) => {
    const { pathname } = new URL(req.url ?? '/', 'http://proxy')
    const route = req.method === 'GET' ? routeOf(pathname) : undefined
    if (state.hangs && route !== undefined) return
    passOn(req).then(
      (answer) => {
        const id = String(req.headers['x-request-id'] ?? '')
        const some = state.faults.filter((fault) => fault.route === route && strikes(fault, id))
        // A fault of the content goes by the content as it was.
        for (const fault of some) {
          strike(fault, answer)
          struck.set(fault, (struck.get(fault) ?? 0) + 1)
        }
        delete answer.headers['transfer-encoding']
        delete answer.headers.connection
        answer.headers['content-length'] = String(answer.body.length)
        res.writeHead(answer.status, answer.headers).end(req.method === 'HEAD' ? '' : answer.body)
      },
      () => res.destroy(),
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return Object.assign(state, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    struck,
    close: async () => {
      agent.destroy()
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  })
}
