/**
 * What an edge needs around itself to serve, without databases: a stream of route tables, and the
 * keys of an issuer. The table is the bookshop's own, with its catalogue moved out.
 *
 * @module
 */
import { generateKeyPairSync, sign } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { compileRouteTable, parseManifest, parseProject, type RouteTable } from '@matapalo/core'
import { root } from '../../stack/instance.ts'

export interface Control {
  readonly url: string
  readonly issuer: string
  /** Tokens of so many people, all different, good for an hour. */
  tokens(count: number): readonly string[]
  stop(): void
}

/** The bookshop's table: every route that it has, catalog owned by its service. */
export function bookshopTable(upstream: string): RouteTable {
  const read = (path: string): string => readFileSync(join(root, path), 'utf8')
  const project = parseProject(read('matapalo.yaml'), 'matapalo.yaml', {})
  const manifest = parseManifest(read('services/catalog/manifest.yaml'), 'manifest.yaml')
  if ('problems' in project || 'problems' in manifest) throw new Error('the bookshop has problems')
  const state = { domain: 'catalog', phase: 'service', term: 3, service: 'catalog' } as const
  const everywhere = Object.keys(project.project.upstreams).map((name) => [name, [upstream]])
  return compileRouteTable({
    epoch: 1,
    project: project.project,
    manifests: [manifest.manifest],
    domains: [{ ...state, owner: 'service', hold: false }],
    upstreams: Object.fromEntries(everywhere),
  })
}

/** Everything to one upstream, and nothing that moves. */
export const plainTable = (upstream: string): RouteTable => ({
  epoch: 1,
  domains: [],
  routes: [{ id: 'all', domain: null, methods: ['*'], path: '/*', reads: [], writes: [] }],
  upstreams: { monolith: [upstream] },
})

const pingMs = 250
const issuer = 'https://shop.test/identity'
export const audience = 'bookshop'

/** @param table what every edge that follows is told */
export async function startControl(table: RouteTable): Promise<Control> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'bench', alg: 'ES256', use: 'sig' }
  const streams = new Set<ServerResponse>()
  const server = createServer((req, res) => {
    if (req.url === '/jwks') {
      res.setHeader('content-type', 'application/json')
      res.end(JSON.stringify({ keys: [jwk] }))
    } else if (req.method === 'POST') {
      req.resume()
      res.writeHead(204).end()
    } else {
      streams.add(res)
      res.once('close', () => streams.delete(res))
      res.writeHead(200, { 'content-type': 'application/x-ndjson' })
      res.write(`${JSON.stringify({ type: 'table', table })}\n`)
    }
  })
  const ping = setInterval(() => {
    for (const stream of streams) stream.write('{"type":"ping"}\n')
  }, pingMs)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // A TCP server has an address object while it listens.
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url')
  const header = encode({ alg: 'ES256', typ: 'at+jwt', kid: 'bench' })
  const token = (n: number): string => {
    const iat = Math.floor(Date.now() / 1000)
    const text = `${header}.${encode({
      ...{ iss: issuer, aud: audience, sub: String(n), name: `Reader ${n}`, roles: ['customer'] },
      ...{ scope: 'shop', client_id: 'bench', jti: `bench-${n}`, iat, exp: iat + 3_600 },
    })}`
    const signature = sign('sha256', Buffer.from(text), {
      key: privateKey,
      dsaEncoding: 'ieee-p1363',
    })
    return `${text}.${signature.toString('base64url')}`
  }
  return {
    url,
    issuer,
    tokens: (count) => Array.from({ length: count }, (_, n) => token(n)),
    stop: () => {
      clearInterval(ping)
      server.closeAllConnections()
      server.close()
    },
  }
}
