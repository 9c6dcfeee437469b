/**
 * Users and the catalog as a real process meets them: a token endpoint, the cards of accounts, and the
 * catalog service behind the same door, which lets in who brings a token.
 *
 * @module
 */
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { CatalogBeside } from '../catalogBeside.ts'
import type { Provider } from '../signer.ts'

export interface Neighbours {
  readonly url: string
  stop(): Promise<void>
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  return text
}

export async function startNeighbours(
  beside: CatalogBeside,
  provider: Provider,
): Promise<Neighbours> {
  const server = createServer(async (request, response) => {
    const body = await bodyOf(request)
    const path = request.url ?? ''
    const answer = (status: number, json: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(JSON.stringify(json))
    }
    if (path === '/token') {
      const scope = new URLSearchParams(body).get('scope') ?? ''
      return answer(200, { access_token: await provider.program(scope), expires_in: 60 })
    }
    if (!request.headers.authorization?.startsWith('Bearer ')) return answer(401, {})
    const card = /^\/internal\/users\/(\d+)\/card$/.exec(path)
    if (card) return answer(200, { id: Number(card[1]), name: 'Ana', active: true })
    const reply = await fetch(`${beside.service.url}${path}`, {
      method: request.method ?? 'GET',
      headers: {
        'content-type': 'application/json',
        'x-matapalo-identity': await beside.service.identity('system'),
      },
      ...(body === '' ? {} : { body }),
    })
    return answer(reply.status, await reply.json())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
