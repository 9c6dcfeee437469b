/** What edges call: the stream of route tables, and their acknowledgements. */
import type { Express, RequestHandler } from 'express'
import { z } from 'zod'
import type { EdgeHub } from '../edges/hub.ts'
import { NotFound } from '../errors.ts'
import { shaped } from './server.ts'

const idSchema = z.string().regex(/^[A-Za-z0-9._-]{1,64}$/)
const urlSchema = z.url().max(500).default('http://unknown.invalid')

export const ackSchema = z.strictObject({
  epoch: z.int().nonnegative(),
  drained: z.boolean().default(false),
  inFlight: z.record(z.string(), z.int().nonnegative()).default({}),
})

export function edgeRoutes(app: Express, auth: RequestHandler, hub: EdgeHub): void {
  app.get('/v1/edges/:id/stream', auth, async (request, response) => {
    const id = shaped(idSchema, request.params.id)
    const url = shaped(urlSchema, request.query.url)
    response.status(200).type('application/x-ndjson')
    response.setHeader('cache-control', 'no-store')
    response.socket?.setNoDelay(true)
    const disconnect = await hub.connect(id, url, {
      send: (line) => response.write(`${line}\n`),
      end: () => response.end(),
    })
    response.flushHeaders()
    response.on('close', disconnect)
    if (response.destroyed) disconnect()
  })

  app.post('/v1/edges/:id/ack', auth, (request, response) => {
    const id = shaped(idSchema, request.params.id)
    if (!hub.ack(id, shaped(ackSchema, request.body)))
      throw new NotFound(`edge ${id} is not registered; open its stream first`)
    response.status(204).end()
  })
}
