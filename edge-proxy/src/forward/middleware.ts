/**
 * http-proxy-middleware 4: carries upgrades, and plain requests too when a setting says so.
 *
 * Not used for plain requests by default: it is about half as fast as undici's dispatch, joins
 * repeated fields, and reads the client's content before the upstream has accepted a connection, so
 * that only requests without content can be tried again. When a client leaves neither `proxyRes`
 * nor `error` fires, only `econnreset`; everything here therefore ends with the answer's `close`.
 *
 * @module
 */
import { Agent, type ClientRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { PassThrough, type Readable } from 'node:stream'
import { createProxyMiddleware, type RequestHandler } from 'http-proxy-middleware'
import { EdgeError } from '../errors.ts'
import type {
  EngineOptions,
  Forwarder,
  Handshake,
  Outcome,
  Outgoing,
  UpgradeForwarder,
} from './forward.ts'
import { followHandshake } from './handshake.ts'
import { answerFields } from './headers.ts'
import { passInterim } from './interim.ts'
import { RequestBody } from './requestBody.ts'
import { NamedAgent } from './serverName.ts'
import { isEventStream, type Stream, Streams } from './streams.ts'
import { Tunnel } from './tunnel.ts'

interface Job {
  readonly outgoing: Outgoing
  readonly settle: (outcome: Outcome) => void
  sent: boolean
  slow: boolean
  /** The upstream's answer is complete. */
  ended: boolean
  proxyReq: ClientRequest | undefined
  /** Of a handshake: what the engine has in place of the client's socket. */
  readonly tunnel?: Tunnel
  stream: Stream | undefined
}

/** It pipes the message itself; what it gets by that is the bounded content. */
function readThrough(req: IncomingMessage, outgoing: Outgoing, job: Job): void {
  const content = new RequestBody(req, outgoing.onBodyWanted, outgoing.maxBody)
  content.once('error', (cause) => {
    const limit = cause instanceof EdgeError
    if (limit) job.settle({ kind: 'failed', sent: true, slow: false, cause })
  })
  req.pipe = (to) => content.pipe(to)
}

const streamOf = (proxyRes: IncomingMessage, res: ServerResponse, job: Job): Stream => ({
  mayBeSilent: isEventStream(proxyRes.headers),
  get over() {
    return job.ended || res.writableEnded || res.destroyed
  },
  get octets() {
    return proxyRes.socket.bytesRead
  },
  get paused() {
    return job.ended || res.writableNeedDrain
  },
  sendHead() {
    if (!proxyRes.readableDidRead) res.flushHeaders()
  },
  cut() {
    job.settle({ kind: 'cut', cause: new Error('the upstream was silent for too long') })
    res.destroy()
  },
})

export class MiddlewareForwarder implements Forwarder, UpgradeForwarder {
  readonly #jobs = new WeakMap<IncomingMessage, Job>()
  readonly #origins = new WeakMap<IncomingMessage, string>()
  readonly #headersTimeoutMs: number
  readonly #agents: { readonly http: Agent; readonly https: NamedAgent }
  readonly #plain: RequestHandler
  readonly #secure: RequestHandler
  readonly #streams: Streams

  constructor({ headMs, connections, silenceMs, ca }: EngineOptions) {
    this.#headersTimeoutMs = headMs
    this.#streams = new Streams(silenceMs)
    const pool = { keepAlive: true, maxSockets: connections, timeout: 60_000 }
    const trust = ca === undefined ? {} : { ca }
    this.#agents = { http: new Agent(pool), https: new NamedAgent({ ...pool, ...trust }) }
    this.#plain = this.#proxyOver(this.#agents.http, headMs)
    this.#secure = this.#proxyOver(this.#agents.https, headMs)
  }

  #proxyOver(agent: Agent, headMs: number): RequestHandler {
    return createProxyMiddleware({
      // Every request names its own; this one only satisfies the constructor.
      target: 'http://127.0.0.1:1',
      router: (req) => this.#origins.get(req) as string,
      agent,
      changeOrigin: false,
      xfwd: false,
      ws: false,
      selfHandleResponse: true,
      ejectPlugins: true,
      proxyTimeout: headMs,
      plugins: [
        (server) => {
          server.on('proxyReq', (proxyReq, req) => this.#onSent(proxyReq, req))
          server.on('proxyRes', (proxyRes, req, res) => this.#onAnswer(proxyRes, req, res))
          // Without a request there is nobody to answer; httpxy always gives one.
          server.on('error', (error, req, socket) =>
            this.#onError(
              error as Error,
              req as IncomingMessage,
              socket as ServerResponse | Socket,
            ),
          )
          server.on('econnreset', () => undefined)
          server.on('proxyReqWs', (proxyReq, req) => this.#onHandshake(proxyReq, req))
        },
      ],
    })
  }

  forward(outgoing: Outgoing): Promise<Outcome> {
    const { req, res } = outgoing
    return this.#carry(outgoing, undefined, () => {
      void this.#proxyFor(outgoing.origin)(req, res, () => undefined)
    })
  }

  upgrade(outgoing: Outgoing, handshake: Handshake): Promise<Outcome> {
    const tunnel = new Tunnel(handshake)
    const { req, origin } = outgoing
    return this.#carry(outgoing, tunnel, () => {
      req.headers.connection = 'upgrade'
      req.headers.upgrade = 'websocket'
      // It asks for a socket, and uses of one what any stream has, and what the tunnel has besides.
      this.#proxyFor(origin).upgrade(req, tunnel as unknown as Socket, Buffer.alloc(0))
    })
  }

  #carry(outgoing: Outgoing, tunnel: Tunnel | undefined, send: () => void): Promise<Outcome> {
    return new Promise((resolve) => {
      const { req, res } = outgoing
      let settled = false
      const settle = (outcome: Outcome): void => {
        if (settled) return
        settled = true
        if (job.stream !== undefined) this.#streams.end(job.stream)
        res.off('close', onClose)
        if (outcome.kind !== 'switched') {
          tunnel?.destroy()
          if (outcome.kind !== 'done') job.proxyReq?.destroy()
        }
        outgoing.onUpstreamDone()
        resolve(outcome)
      }
      const job: Job = {
        ...{ outgoing, settle, proxyReq: undefined, stream: undefined },
        ...(tunnel === undefined ? {} : { tunnel }),
        ...{ sent: false, slow: false, ended: false },
      }
      const onClose = (): void => {
        // An answer may also be the edge's own, to a content that broke off.
        const whole = res.writableFinished && job.ended
        settle(whole ? { kind: 'done' } : { kind: 'left', sent: job.sent })
      }
      res.on('close', onClose)
      // It listens once more at every try of a request that waits for its upstream.
      res.setMaxListeners(0)
      this.#jobs.set(req, job)
      const start = (): void => {
        if (res.writableEnded || res.destroyed) settle({ kind: 'left', sent: false })
        if (settled) return
        this.#prepare(req, outgoing)
        if (outgoing.hasBody) readThrough(req, outgoing, job)
        send()
      }
      // It reads the content at once. What came with the head may turn out to be broken in this turn.
      if (outgoing.hasBody) setImmediate(start)
      else start()
    })
  }

  #proxyFor(origin: string): RequestHandler {
    return origin.startsWith('https:') ? this.#secure : this.#plain
  }

  #prepare(
    req: IncomingMessage,
    outgoing: Pick<Outgoing, 'origin' | 'target' | 'headers'> & { readonly hasBody?: boolean },
  ): void {
    this.#origins.set(req, outgoing.origin)
    req.url = outgoing.target
    const headers: Record<string, string | string[]> = {}
    for (let i = 0; i < outgoing.headers.length; i += 2) {
      const name = (outgoing.headers[i] as string).toLowerCase()
      const value = outgoing.headers[i + 1] as string
      const before = headers[name]
      if (before === undefined) headers[name] = value
      else headers[name] = Array.isArray(before) ? [...before, value] : [before, value]
    }
    if (outgoing.hasBody && headers['content-length'] === undefined) {
      headers['transfer-encoding'] = 'chunked'
    }
    // Node types single-valued fields one by one; the map above was built from a valid message.
    req.headers = headers as IncomingMessage['headers']
  }

  #onSent(proxyReq: ClientRequest, req: IncomingMessage): void {
    const job = this.#jobs.get(req)
    if (job === undefined) return
    job.sent = true
    job.proxyReq = proxyReq
    // Its own time-out only destroys the request, which looks like a reset by the upstream.
    proxyReq.once('timeout', () => {
      job.slow = true
    })
    proxyReq.on('information', ({ statusCode, headers }) =>
      passInterim(job.outgoing.res, statusCode, headers),
    )
    proxyReq.once('upgrade', (_answer, socket: Socket) => {
      socket.destroy()
      const cause = new Error('the upstream changed protocols')
      job.settle({ kind: 'failed', sent: true, slow: false, cause })
    })
  }

  #onHandshake(proxyReq: ClientRequest, req: IncomingMessage): void {
    const job = this.#jobs.get(req)
    if (job?.tunnel === undefined) return
    job.proxyReq = proxyReq
    // The client has left while the engine made up its mind.
    if (job.tunnel.destroyed) {
      proxyReq.destroy()
      return
    }
    followHandshake(proxyReq, job.tunnel, {
      ...job,
      limitMs: this.#headersTimeoutMs,
      onSent: () => {
        job.sent = true
      },
      // What is piped at once stays piped when the engine lets the answer run off.
      onAnswer: (answer) =>
        this.#onAnswer(answer, req, job.outgoing.res, answer.pipe(new PassThrough())),
    })
  }

  #onAnswer(
    proxyRes: IncomingMessage,
    req: IncomingMessage,
    res: ServerResponse,
    content: Readable = proxyRes,
  ): void {
    const job = this.#jobs.get(req)
    if (job === undefined) return
    // That was the limit of the head.
    proxyRes.socket.setTimeout(0)
    proxyRes.once('end', () => {
      job.ended = true
      job.outgoing.onUpstreamDone()
    })
    const release = (fields: readonly string[]): void => {
      if (res.destroyed) return
      res.writeHead(proxyRes.statusCode ?? 502, proxyRes.statusMessage ?? '', fields as string[])
      content.pipe(res)
      job.stream = streamOf(proxyRes, res, job)
      this.#streams.begin(job.stream)
      // Beside the pipe, whose pauses hold for both.
      if (job.outgoing.onData !== undefined) content.on('data', job.outgoing.onData)
      proxyRes.once('error', (cause: Error) => {
        job.settle({ kind: 'cut', cause })
        res.destroy()
      })
    }
    const verdict = job.outgoing.onHead({
      status: proxyRes.statusCode ?? 502,
      message: proxyRes.statusMessage ?? '',
      headers: answerFields(proxyRes.rawHeaders),
    })
    if (verdict instanceof Promise) void verdict.then(release)
    else release(verdict)
  }

  #onError(cause: Error, req: IncomingMessage, res: ServerResponse | Socket): void {
    const job = this.#jobs.get(req)
    if (job === undefined) {
      res.destroy()
      return
    }
    if (job.tunnel !== undefined && !job.outgoing.res.headersSent) {
      const slow = (cause as { code?: string }).code === 'ETIMEDOUT'
      job.settle({ kind: 'failed', sent: job.sent, slow: job.sent && slow, cause })
      return
    }
    job.tunnel?.destroy()
    if (job.outgoing.res.headersSent) {
      job.settle({ kind: 'cut', cause })
      job.outgoing.res.destroy()
      return
    }
    // The client's own connection broke while its content was being read.
    if (req.destroyed && !req.complete) {
      job.settle({ kind: 'left', sent: job.sent })
      return
    }
    const code = (cause as { code?: string }).code
    const unsent = code === 'ECONNREFUSED' && !job.outgoing.hasBody
    job.settle({ kind: 'failed', sent: !unsent, slow: job.slow || code === 'ETIMEDOUT', cause })
  }

  async close(): Promise<void> {
    this.#streams.stop()
    this.#agents.http.destroy()
    this.#agents.https.destroy()
  }
}
