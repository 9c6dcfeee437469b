/**
 * The public side: Node's HTTP server, strict, with Express behind the guard.
 *
 * The guard runs before Express looks at the message, so that Express never parses a target that
 * was not found to be unambiguous.
 *
 * @module
 */
import { once } from 'node:events'
import { createServer, IncomingMessage, type Server, ServerResponse } from 'node:http'
import { createServer as createSecureServer, type Server as SecureServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import type { TlsOptions } from 'node:tls'
import express, { type Express } from 'express'
import { answerError, rawAnswer } from './answer.ts'
import type { Balancers } from './balancers.ts'
import { AmbiguousRequest, type EdgeError, TlsRequired, TooManyConnections } from './errors.ts'
import { Exchange } from './exchange.ts'
import { BrokenMessages } from './guard/brokenMessages.ts'
import { isShut, shut } from './guard/closing.ts'
import { type Guarded, guard, guardLimits } from './guard/guard.ts'
import { checkHandshake } from './guard/handshake.ts'
import type { ParseError } from './guard/parseErrors.ts'
import type { Parents } from './identity/parent.ts'
import type { Clients } from './limits/clients.ts'
import { Pipelined } from './limits/pipelined.ts'
import type { Readers } from './limits/readers.ts'
import { dropRest } from './limits/rest.ts'
import type { EdgeMetrics } from './metrics.ts'
import type { Opening } from './opening.ts'
import { addressOf, schemeOf } from './origin.ts'
import type { Pipeline } from './pipeline.ts'
import { secureUrl } from './tls/redirect.ts'
import type { SecureAnswers } from './tls/secureAnswer.ts'
import type { Upgrades } from './upgrades.ts'

export interface EdgeServerParts {
  readonly pipeline: Pipeline
  readonly upgrades: Upgrades
  readonly metrics: EdgeMetrics
  readonly sessionCookie: string
  readonly parents: Parents
  readonly clients: Clients
  /** In front of this edge, and believed. */
  readonly balancers: Balancers
  /** Longest a client may take to its request's head, ms. */
  readonly headersMs: number
  readonly readers: Readers
  /** TLS ends here. Absent: plain. */
  readonly tls?: {
    readonly options: TlsOptions
    readonly answers: SecureAnswers
  }
  /** Public port of HTTPS, where plain requests are sent; absent: they are served. */
  readonly redirect?: number | undefined
}

/** What the guard found, kept with the message on its way through Express. */
interface Passed {
  readonly guarded: Guarded
  readonly expectsContinue: boolean
  readonly opening: Opening | undefined
}

interface EdgeRequest extends IncomingMessage {
  passed: Passed | undefined
}

/** What listens: plain, or over TLS when a certificate can be changed in it. */
export type EdgeServer = Server & Pick<SecureServer, 'setSecureContext'>

export function createEdgeServer(parts: EdgeServerParts): EdgeServer {
  const { pipeline, upgrades, metrics, sessionCookie, parents, clients, balancers } = parts
  const { readers, tls } = parts
  /** Where it has to go, when it came in plain and should not have. */
  const redirectOf = (req: IncomingMessage): number | undefined =>
    schemeOf(req) === 'http' ? parts.redirect : undefined
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  const messages = messagesOf(app, tls?.answers)
  const serve = (req: IncomingMessage, res: ServerResponse): void => {
    const { guarded, expectsContinue, opening } = (req as EdgeRequest).passed as Passed
    const options = { sessionCookie, expectsContinue, parents, opening }
    void pipeline.serve(new Exchange(req, res, guarded, options))
  }
  app.use(serve)
  // While the pipeline is all that is mounted there is nothing to look for at each request.
  const handle = app.router.stack.length === 1 ? serve : app

  const broken = new BrokenMessages(guardLimits, metrics)
  /** Handshakes that came before the answer to the request in front of them. */
  const early = new WeakSet<IncomingMessage>()
  const pipelined = new Pipelined(parts.headersMs)

  const enter = (req: IncomingMessage, res: ServerResponse, expectsContinue: boolean): void => {
    // Octets that came with a refused message: whose message they are nobody can tell.
    if (isShut(req.socket)) return
    const { headers, socket } = req
    pipelined.arrive(socket)
    if (headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined) {
      res.once('finish', () => dropRest(req))
    }
    const before = broken.follow(req, res)
    // Pipelined behind another: parallel would be allowed among safe methods (RFC 9112 9.3.2), but
    // a legacy application writes on GET.
    if (before === undefined) {
      admit(req, res, expectsContinue)
      return
    }
    pipelined.enter(socket)
    before.once('close', () => {
      pipelined.leave(socket)
      admit(req, res, expectsContinue)
    })
  }

  const admit = (
    req: IncomingMessage,
    res: ServerResponse,
    expectsContinue: boolean,
    opening?: Opening,
  ): void => {
    if (req.socket.destroyed || isShut(req.socket)) return
    try {
      balancers.believe(req)
      clients.request(addressOf(req))
      const redirect = redirectOf(req)
      if (opening !== undefined) {
        upgrades.check()
        if (redirect !== undefined) throw new TlsRequired()
      }
      const guarded = guard(req)
      if (opening !== undefined) checkHandshake(req, guarded)
      if (early.has(req)) {
        throw new AmbiguousRequest('handshake before the last answer', 'RFC 6455 4.1')
      }
      if (redirect !== undefined) {
        res.writeHead(308, { location: secureUrl(guarded, redirect), 'content-length': 0 }).end()
        return
      }
      ;(req as EdgeRequest).passed = { guarded, expectsContinue, opening }
    } catch (error) {
      answerError(res, error, metrics)
      return
    }
    handle(req, res)
  }

  const turnAway = (socket: Socket, error: EdgeError): void => {
    metrics.refused(error.code)
    shut(socket)
    socket.on('error', () => socket.destroy())
    socket.write(rawAnswer(error))
    socket.destroySoon()
  }

  const settings = {
    ...messages,
    // A message without content ends at once, without a stream's events.
    optimizeEmptyRequests: true,
    insecureHTTPParser: false,
    requireHostHeader: true,
    // The guard says what is too much of what; this bounds what it is shown.
    maxHeaderSize: 32_768,
    headersTimeout: parts.headersMs,
    // A content has a pace of its own, so that large ones may take their time.
    requestTimeout: 3_600_000,
    connectionsCheckingInterval: 1_000,
    keepAliveTimeout: 75_000,
    // Other upgrades (h2c) are declined by answering as if they had not been offered.
    shouldUpgradeCallback: (req: IncomingMessage) => {
      if (req.headers.upgrade?.toLowerCase() !== 'websocket') return false
      // An answer would still come where frames do: it waits for its turn, and is refused then.
      if (broken.pending(req.socket)) early.add(req)
      return !early.has(req)
    },
  }
  const onRequest = (req: IncomingMessage, res: ServerResponse): void => enter(req, res, false)
  const server =
    tls === undefined
      ? createServer(settings, onRequest)
      : createSecureServer(
          {
            ...settings,
            ...tls.options,
            ALPNProtocols: ['http/1.1'],
            handshakeTimeout: tls.options.handshakeTimeout ?? parts.headersMs,
          },
          onRequest,
        )
  // Node would drop the fields beyond 2000 in silence.
  server.maxHeadersCount = 0
  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? ''
    // A balancer's connections are those of all its clients.
    const counted = !balancers.has(address)
    if (!counted || clients.connect(address)) {
      if (counted) socket.once('close', () => clients.disconnect(address))
      if (tls === undefined) readers.watch(socket)
    } else if (tls === undefined) turnAway(socket, new TooManyConnections(clients.most))
    else {
      // Nothing that it could read before a handshake.
      metrics.refused('MATAPALO_EDGE_TOO_MANY_CONNECTIONS')
      socket.destroy()
    }
  })
  if (tls !== undefined) server.on('secureConnection', (socket: Socket) => readers.watch(socket))
  server.on('clientError', (error: ParseError, socket: Socket) => {
    const late = (): void => broken.onClientError(error, socket)
    const excused = error.code === 'ERR_HTTP_REQUEST_TIMEOUT' && pipelined.excuses(socket, late)
    if (!excused) late()
  })
  server.on('connect', (req: IncomingMessage, socket: Socket) => {
    if (isShut(req.socket)) return
    turnAway(socket, new AmbiguousRequest('CONNECT is not served', 'RFC 9110 9.3.6', 501))
  })
  server.on('checkContinue', (req: IncomingMessage, res: ServerResponse) => enter(req, res, true))
  // The guard refuses what is no expectation that can be met.
  server.on('checkExpectation', (req: IncomingMessage, res: ServerResponse) =>
    enter(req, res, false),
  )
  server.on('upgrade', (req: IncomingMessage, socket: Socket, head: Buffer) => {
    if (isShut(req.socket)) return
    // Node makes no response for it.
    const res = new messages.ServerResponse(req)
    admit(req, res, false, upgrades.begin(res, socket, head))
  })
  // A plain one has no certificate to change, and nobody who would.
  return server as EdgeServer
}

/**
 * Express replaces the prototypes of each message by its own, after which the engine treats messages
 * as objects of unknown shape, at every later look. These are made with Express's prototypes.
 */
function messagesOf(app: Express, secured: SecureAnswers | undefined) {
  class Message extends IncomingMessage implements EdgeRequest {
    passed: Passed | undefined = undefined
  }
  class EdgeResponse<R extends IncomingMessage> extends ServerResponse<R> {}
  Object.setPrototypeOf(Message.prototype, app.request)
  Object.setPrototypeOf(EdgeResponse.prototype, app.response)
  // What Express would make for each answer; nothing here uses it.
  Object.assign(EdgeResponse.prototype, { locals: Object.freeze({}), secured })
  Object.assign(app, { request: Message.prototype, response: EdgeResponse.prototype })
  return { IncomingMessage: Message, ServerResponse: EdgeResponse }
}

/** @returns the base URL it listens on */
export async function listen(
  server: Server,
  port: number,
  host: string,
  scheme: 'http' | 'https' = 'http',
): Promise<string> {
  server.listen(port, host)
  await once(server, 'listening')
  // A TCP server has an address object while it listens.
  const { port: bound, address } = server.address() as AddressInfo
  return `${scheme}://${address.includes(':') ? `[${address}]` : address}:${bound}`
}

/** Stops taking connections, lets requests end, cuts what is left at the limit. */
export async function stopServer(server: Server, limitMs: number): Promise<void> {
  if (!server.listening) return
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  const sweep = setInterval(() => server.closeIdleConnections(), 50)
  const limit = setTimeout(() => server.closeAllConnections(), limitMs)
  server.closeIdleConnections()
  await closed
  clearInterval(sweep)
  clearTimeout(limit)
}
